// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Words of METADATA; see model_words.hpp.
#include "checkpoint/model_words.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "checkpoint/model_config.hpp"
#include "model_error.hpp"

namespace tenon::samples {

int model_words::size(const char* dim) const {
  return static_cast<int>(checked(model_.dim(dim)).max);
}

bool model_words::has(std::string_view parameter) const {
  std::string name(parameter);
  if (const std::size_t layer = name.find("{}"); layer != name.npos) name.replace(layer, 2, "0");
  const auto tensors = checked(model_.tensors());
  return std::ranges::any_of(tensors,
                             [&](const tenon_named_tensor& each) { return each.name == name; });
}

const char* model_words::word(const char* key) const {
  if (const char* const word = model_.metadata(key)) return word;
  throw model_error(
      fmt::format("model '{}' does not say its {}; add METADATA {}=... to its tenon_add_model",
                  model_.name(), key, key));
}

double model_words::number(const char* key) const { return parsed(key, word(key), "a number"); }

std::vector<double> model_words::numbers(const char* key, char between) const {
  std::vector<double> all;
  std::string_view rest = word(key);
  for (bool more = true; more;) {
    const std::size_t end = std::min(rest.find(between), rest.size());
    all.push_back(parsed(key, rest.substr(0, end), "numbers"));
    more = end < rest.size();
    rest.remove_prefix(more ? end + 1 : end);
  }
  return all;
}

activation model_words::activation_of(const char* key) const {
  const auto found = find_activation(word(key));
  if (!found) wrong(key, "one of activations.hpp");
  return *found;
}

tenon_dtype model_words::compute() const { return checked(model_.entry("step")).compute(); }

void model_words::wrong(const char* key, const char* needed) const {
  throw model_error(fmt::format(
      "model '{}' says that its {} is '{}', it must be {}; correct METADATA of its tenon_add_model",
      model_.name(), key, word(key), needed));
}

double model_words::parsed(const char* key, std::string_view word, const char* needed) const {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) wrong(key, needed);
  return value;
}

}  // namespace tenon::samples
