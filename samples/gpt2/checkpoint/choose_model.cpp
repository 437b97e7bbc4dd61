// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matching of config.json with the compiled models; see choose_model.hpp.
#include "checkpoint/choose_model.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model_error.hpp"

namespace tenon::samples {
namespace {

constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

const char* compute_name(tenon_dtype compute) { return compute == TENON_BF16 ? "bf16" : "f32"; }

// A name after the directory's, as CMake and C++ take it: no keyword, no name of
// Configurations.cmake, and of no model that is compiled in.
std::string model_name(const std::filesystem::path& directory,
                       std::span<const compiled_gpt> models) {
  constexpr std::size_t most_letters = 40;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::weakly_canonical(directory, error);
  if (!folder.has_filename()) folder = folder.parent_path();  // "models/gpt2/"
  std::string name = "gpt_" + folder.filename().string().substr(0, most_letters);
  for (char& c : name)
    if (std::strchr(letters, c) == nullptr) c = '_';
  const auto taken = [&](const std::string& which) {
    return std::any_of(models.begin(), models.end(), [&](const compiled_gpt& each) {
      return each.model->name == which || each.model->name == which + "_bf16";
    });
  };
  std::string unique = name;
  for (int i = 2; taken(unique); ++i) unique = fmt::format("{}_{}", name, i);
  return unique;
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
  compare("activation_function", std::string(name_of(config.act)), std::string(name_of(has.act)));
  compare("layer_norm_epsilon", config.epsilon, has.epsilon);
  if (config.n_inner != has.n_inner)
    compare("n_inner", config.n_hidden(), std::int64_t{has.n_hidden()});
  compare("tie_word_embeddings", config.tied, has.tied);
  return all;
}

std::string configuration_text(const std::string& name, const model_config& config) {
  return fmt::format("{}:{},{},{},{},{},{}{}{}{}", name, config.n_layer, config.n_head,
                     config.n_embd, config.vocab_size, config.n_positions, name_of(config.act),
                     config.epsilon == gpt2_epsilon ? "" : fmt::format(",{}", config.epsilon),
                     config.n_inner == 0 ? "" : fmt::format(",n_inner={}", config.n_inner),
                     config.tied ? "" : ",untied");
}

const compiled_gpt& choose_model(const std::filesystem::path& directory, const model_config& config,
                                 std::span<const compiled_gpt> models, tenon_dtype compute) {
  const std::string file = (directory / "config.json").string();
  if (const std::string refusals = config.refusals(); !refusals.empty())
    throw model_error(fmt::format("{}: {}; use a checkpoint without it", file, refusals));
  if (config.n_embd % config.n_head != 0)
    throw model_error(
        fmt::format("{}: n_head is {}, which does not divide n_embd, {}; correct the "
                    "file",
                    file, config.n_head, config.n_embd));
  std::string configured;
  std::vector<std::string> least;
  for (const compiled_gpt& model : models) {
    configured.append(model.configuration).append(";");
    std::vector<std::string> differing = differences(config, model);
    if (model.compute != compute)
      differing.push_back(fmt::format("{} is asked for, '{}' computes in {}", compute_name(compute),
                                      model.model->name, compute_name(model.compute)));
    if (differing.empty()) return model;
    if (least.empty() || differing.size() < least.size()) least = std::move(differing);
  }
  throw model_error(fmt::format(
      "{}: no compiled model fits: {}; build the program with this model:\n"
      "  cmake -DTENON_SAMPLES_GPT2='{}{}{}' build && cmake --build build --target gpt2",
      file, fmt::join(least, ", "), configured,
      configuration_text(model_name(directory, models), config),
      compute == TENON_BF16 ? "+bf16" : ""));
}

}  // namespace tenon::samples
