// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matching of config.json with the compiled models; see choose_model.hpp.
#include "checkpoint/choose_model.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/gguf_config.hpp"
#include "model_error.hpp"

namespace tenon::samples {
namespace {

constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

const char* compute_name(tenon_dtype compute) { return compute == TENON_BF16 ? "bf16" : "f32"; }

// A name after the directory's, as CMake and C++ take it: no keyword, no name of
// Configurations.cmake, and of no model that is compiled in.
std::string model_name(const std::filesystem::path& directory,
                       std::span<const compiled_model> models) {
  constexpr std::size_t most_letters = 40;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::weakly_canonical(directory, error);
  if (!folder.has_filename()) folder = folder.parent_path();  // "models/gpt2/"
  const std::string last = (is_gguf(folder) ? folder.stem() : folder.filename()).string();
  std::string name = "gpt_" + last.substr(0, most_letters);
  for (char& c : name)
    if (std::strchr(letters, c) == nullptr) c = '_';
  const auto taken = [&](const std::string& which) {
    return std::any_of(models.begin(), models.end(), [&](const compiled_model& each) {
      return each.model->name == which || each.model->name == which + "_bf16";
    });
  };
  std::string unique = name;
  for (int i = 2; taken(unique); ++i) unique = fmt::format("{}_{}", name, i);
  return unique;
}

// Numbers are written in one form, also those between slashes: 1e-5 as 1e-05, 8.0/1/4 as 8/1/4.
std::string in_one_form(std::string_view text) {
  std::string all;
  for (bool more = true; more;) {
    const std::size_t end = std::min(text.find('/'), text.size());
    const std::string_view part = text.substr(0, end);
    double number = 0;
    const auto [behind, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error == std::errc() && behind == part.data() + part.size())
      all += fmt::format("{}", number);
    else
      all += part;
    more = end < text.size();
    if (more) all += '/';
    text.remove_prefix(more ? end + 1 : end);
  }
  return all;
}

std::string compiled_value(const model_value& wanted, const compiled_model& model) {
  const auto found = model.settings.find(wanted.setting);
  if (found == model.settings.end()) return wanted.absent.empty() ? "none" : wanted.absent;
  return wanted.present.empty() ? in_one_form(found->second) : wanted.present;
}

}  // namespace

std::vector<std::string> differences(const wanted_model& wanted, const compiled_model& model) {
  std::vector<std::string> all;
  const auto differs = [&](const std::string& key, const std::string& asked,
                           const std::string& compiled) {
    all.push_back(fmt::format("{} is {}, '{}' has {}", key, asked, model.model->name, compiled));
  };
  if (wanted.family != model.family) {
    differs("the family", wanted.family, model.family);
    return all;
  }
  for (const model_value& each : wanted.values) {
    const std::string asked = in_one_form(each.value), compiled = compiled_value(each, model);
    if (asked == compiled) continue;
    if (!each.at_most)
      differs(each.key, asked, compiled);
    else if (model.n_block > std::stoll(asked))
      differs(each.key, asked, "more, " + compiled);
  }
  return all;
}

nearest_model nearest(const wanted_model& wanted, std::span<const compiled_model> models) {
  nearest_model best{};
  const auto distance = [&](const compiled_model& model, std::size_t differing) {
    return std::pair(model.family != wanted.family, differing);
  };
  for (const compiled_model& model : models) {
    auto these = differences(wanted, model);
    if (best.model != nullptr &&
        distance(model, these.size()) >= distance(*best.model, best.differing.size()))
      continue;
    best = {&model, std::move(these)};
  }
  return best;
}

const compiled_model& choose_model(const std::filesystem::path& directory,
                                   const wanted_model& wanted,
                                   std::span<const compiled_model> models, tenon_dtype compute) {
  const std::string file = config_file(directory).string();
  if (const std::string refusals = refusals_of(wanted.keys); !refusals.empty())
    throw model_error(fmt::format("{}: {}; use a checkpoint without it", file, refusals));
  if (!wanted.impossible.empty())
    throw model_error(fmt::format("{}: {}; correct the file", file, wanted.impossible));
  std::string configured;
  for (const compiled_model& model : models) {
    configured.append(model.configuration).append(";");
    if (model.compute == compute && differences(wanted, model).empty()) return model;
  }
  nearest_model least = nearest(wanted, models);
  if (least.differing.empty())
    least.differing.push_back(fmt::format("{} is asked for, '{}' computes in {}",
                                          compute_name(compute), least.model->model->name,
                                          compute_name(least.model->compute)));
  throw model_error(fmt::format(
      "{}: no compiled model fits: {}; build the program with this model:\n"
      "  cmake -DTENON_SAMPLES_GPT2='{}{}:{}{}' build && cmake --build build --target gpt2",
      file, fmt::join(least.differing, ", "), configured, model_name(directory, models),
      wanted.configuration(), compute == TENON_BF16 ? "+bf16" : ""));
}

}  // namespace tenon::samples
