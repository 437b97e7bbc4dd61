// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of config.json for wanted_model; see family_reader.hpp.
#include "checkpoint/family_reader.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tenon::samples {
namespace {

constexpr std::int64_t most_advised_positions = 4096;  // a cache has memory for all

// Other names that transformers has for the same functions; it computes some in other steps.
struct other_name {
  std::string_view name;
  activation act;
};
constexpr other_name other_names[] = {
    {"gelu_fast", activation::gelu_new},         {"gelu_accurate", activation::gelu_new},
    {"gelu_pytorch_tanh", activation::gelu_new}, {"gelu_python_tanh", activation::gelu_new},
    {"gelu_python", activation::gelu},           {"swish", activation::silu}};

// As Configurations.cmake has it.
std::int64_t most(std::string_view setting) {
  if (setting == "n_layer" || setting == "n_head" || setting == "n_kv") return 1024;
  if (setting == "n_vocab") return 4194304;
  if (setting == "n_block") return 1048576;
  return setting == "n_hidden" || setting == "n_inner" ? 262144 : 65536;
}

std::string text(const auto& value) { return fmt::format("{}", value); }

}  // namespace

std::optional<activation> find_activation(std::string_view name) {
  const auto named = std::ranges::find(activation_names, name,
                                       [](const char* each) { return std::string_view(each); });
  if (named != std::end(activation_names))
    return static_cast<activation>(named - std::begin(activation_names));
  const auto other = std::ranges::find(other_names, name, &other_name::name);
  if (other != std::end(other_names)) return other->act;
  return std::nullopt;
}

std::int64_t family_reader::size(const char* setting, const char* key, std::int64_t fallback) {
  const std::int64_t found = file.size(key, fallback, most(setting));
  value(setting, key, text(found));
  return found;
}

std::int64_t family_reader::size_or_null(const char* setting, const char* key,
                                         std::int64_t if_null) {
  const std::int64_t found = file.size_or_null(key, if_null, most(setting));
  value(setting, key, text(found));
  return found;
}

double family_reader::fraction(const char* setting, const char* key, double fallback) {
  const double found = file.fraction(key, fallback);
  value(setting, key, text(found));
  return found;
}

double family_reader::positive(const char* setting, const char* key, double fallback) {
  const double found = file.positive(key, fallback);
  value(setting, key, text(found));
  return found;
}

void family_reader::activation_of(const char* setting, const char* key, const char* fallback) {
  const auto found = find_activation(file.word(key, fallback));
  if (!found)
    file.refuse(fmt::format("this sample has {}; write it into activations.hpp",
                            fmt::join(activation_names, ", ")));
  value(setting, key, name_of(found.value_or(activation::gelu_new)));
}

void family_reader::tied(const char* key, bool fallback) {
  form("untied", key, file.flag(key, fallback), true);
}

std::int64_t family_reader::positions(const char* key, std::int64_t fallback) {
  constexpr std::int64_t most_positions = 16 * 1048576;
  const std::int64_t found = file.size(key, fallback, most_positions);
  wanted_.values.push_back({.setting = "n_block",
                            .key = key,
                            .value = text(found),
                            .advised = text(std::min(found, most_advised_positions)),
                            .at_most = true});
  return found;
}

void family_reader::any_length(const std::string& key, std::int64_t advised) {
  wanted_.values.push_back({.setting = "n_block",
                            .key = key,
                            .value = text(most("n_block")),
                            .advised = text(std::min(advised, most_advised_positions)),
                            .at_most = true});
}

void family_reader::value(const char* setting, const std::string& key, std::string value,
                          std::string absent) {
  wanted_.values.push_back(
      {.setting = setting, .key = key, .value = std::move(value), .absent = std::move(absent)});
}

void family_reader::form(const char* setting, const std::string& key, bool value, bool usual) {
  wanted_.values.push_back({.setting = setting,
                            .key = key,
                            .value = text(value),
                            .absent = text(usual),
                            .present = text(!usual)});
}

void family_reader::divides(const char* key, std::int64_t part, const char* whole_key,
                            std::int64_t whole) {
  if (whole % part != 0)
    impossible(fmt::format("{} is {}, which does not divide {}, {}", key, part, whole_key, whole));
}

void family_reader::even(const char* key, std::int64_t size) {
  if (size % 2 != 0)
    impossible(fmt::format("{} is {}, which rotary positions need even", key, size));
}

}  // namespace tenon::samples
