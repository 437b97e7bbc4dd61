// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Words of METADATA; see model_words.hpp.
#include "checkpoint/model_words.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "checkpoint/family_reader.hpp"
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

double model_words::number(const char* key) const {
  const std::string_view text = word(key);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) wrong(key, "a number");
  return value;
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

}  // namespace tenon::samples
