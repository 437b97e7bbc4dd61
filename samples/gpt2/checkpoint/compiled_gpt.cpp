// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What models say of themselves; see compiled_gpt.hpp.
#include "checkpoint/compiled_gpt.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "checkpoint/model_config.hpp"
#include "model_error.hpp"

namespace tenon::samples {
namespace {

int size_of(const runtime::model& model, const char* dim) {
  return static_cast<int>(checked(model.dim(dim)).max);
}

const char* word_of(const runtime::model& model, const char* key) {
  if (const char* const word = model.metadata(key)) return word;
  throw model_error(
      fmt::format("model '{}' does not say its {}; add METADATA {}=... to its tenon_add_model",
                  model.name(), key, key));
}

[[noreturn]] void wrong_word(const runtime::model& model, const char* key, const char* needed) {
  throw model_error(fmt::format(
      "model '{}' says that its {} is '{}', it must be {}; correct METADATA of its tenon_add_model",
      model.name(), key, word_of(model, key), needed));
}

double number_of(const runtime::model& model, const char* key) {
  const std::string_view word = word_of(model, key);
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) wrong_word(model, key, "a number");
  return value;
}

activation activation_of(const runtime::model& model) {
  constexpr const char* key = "activation_function";
  const auto found = find_activation(word_of(model, key));
  if (!found) wrong_word(model, key, "one of activations.hpp");
  return *found;
}

}  // namespace

compiled_gpt read_compiled(const runtime::model& model) {
  const runtime::entry step = checked(model.entry("step"));
  const auto tensors = checked(model.tensors());
  const auto has = [&](std::string_view name) {
    return std::ranges::find(tensors, name, &tenon_named_tensor::name) != tensors.end();
  };
  const int n_embd = size_of(model, "n_embd"), n_hidden = size_of(model, "n_hidden");
  const gpt_config config{.n_layer = size_of(model, "n_layer"),
                          .n_head = size_of(model, "n_head"),
                          .n_embd = n_embd,
                          .n_block = size_of(model, "n_block"),
                          .n_vocab = size_of(model, "n_vocab"),
                          .max_batch = size_of(model, "batch"),
                          .bias = has("ln_f.bias"),
                          .dropout = number_of(model, "dropout"),
                          .act = activation_of(model),
                          .epsilon = number_of(model, "layer_norm_epsilon"),
                          .n_inner = n_hidden == 4 * n_embd ? 0 : n_hidden,
                          .tied = !has("lm_head.weight")};
  return {&model.raw(), config, word_of(model, "configuration"), step.compute()};
}

std::vector<compiled_gpt> compiled_models() {
  std::vector<compiled_gpt> all;
  for (const runtime::model& each : runtime::linked_models()) all.push_back(read_compiled(each));
  return all;
}

}  // namespace tenon::samples
