// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matching of config.json with the compiled models; see choose_model.hpp.
#include "choose_model.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model_error.hpp"

namespace tenon::samples {
namespace {

const char* activation_name(gelu_kind gelu) { return gelu == gelu_erf ? "gelu" : "gelu_new"; }

const char* compute_name(tenon_dtype compute) { return compute == TENON_BF16 ? "bf16" : "f32"; }

// The directory's name as CMake and C++ take it.
std::string model_name(const std::filesystem::path& directory) {
  std::string name = std::filesystem::weakly_canonical(directory).filename().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0]))) name = "gpt_" + name;
  return name;
}

}  // namespace

std::vector<std::string> differences(const model_config& config, const compiled_gpt& model) {
  std::vector<std::string> all;
  const auto compare = [&](const char* key, const auto& wanted, const auto& compiled) {
    if (wanted != compiled)
      all.push_back(fmt::format("{} is {}, '{}' has {}", key, wanted, model.model->name, compiled));
  };
  const gpt_config& has = model.config;
  compare("n_layer", config.n_layer, std::int64_t{has.n_layer});
  compare("n_head", config.n_head, std::int64_t{has.n_head});
  compare("n_embd", config.n_embd, std::int64_t{has.n_embd});
  compare("vocab_size", config.vocab_size, std::int64_t{has.n_vocab});
  compare("n_positions", config.n_positions, std::int64_t{has.n_block});
  compare("activation_function", std::string(activation_name(config.gelu)),
          std::string(activation_name(has.gelu)));
  compare("layer_norm_epsilon", config.epsilon, has.epsilon);
  return all;
}

std::string configuration_text(const std::string& name, const model_config& config) {
  return fmt::format("{}:{},{},{},{},{},{}{}", name, config.n_layer, config.n_head, config.n_embd,
                     config.vocab_size, config.n_positions, activation_name(config.gelu),
                     config.epsilon == gpt2_epsilon ? "" : fmt::format(",{}", config.epsilon));
}

const compiled_gpt& choose_model(const std::filesystem::path& directory, const model_config& config,
                                 std::span<const compiled_gpt* const> models,
                                 const char* configured, tenon_dtype compute) {
  const std::string file = (directory / "config.json").string();
  if (const std::string refusals = config.refusals(); !refusals.empty())
    throw model_error(fmt::format("{}: {}; use a checkpoint without it", file, refusals));
  if (config.n_embd % config.n_head != 0)
    throw model_error(
        fmt::format("{}: n_head is {}, which does not divide n_embd, {}; correct the "
                    "file",
                    file, config.n_head, config.n_embd));
  std::vector<std::string> least;
  for (const compiled_gpt* model : models) {
    std::vector<std::string> differing = differences(config, *model);
    if (model->compute != compute)
      differing.push_back(fmt::format("{} is asked for, '{}' computes in {}", compute_name(compute),
                                      model->model->name, compute_name(model->compute)));
    if (differing.empty()) return *model;
    if (least.empty() || differing.size() < least.size()) least = std::move(differing);
  }
  throw model_error(fmt::format(
      "{}: no compiled model fits: {}; build the program with this model:\n"
      "  cmake -DTENON_SAMPLES_GPT2='{};{}{}' build && cmake --build build --target gpt2",
      file, fmt::join(least, ", "), configured, configuration_text(model_name(directory), config),
      compute == TENON_BF16 ? "+bf16" : ""));
}

}  // namespace tenon::samples
