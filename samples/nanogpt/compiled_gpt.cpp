// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What models say of themselves; see compiled_gpt.hpp.
#include "compiled_gpt.hpp"

#include "checkpoint/model_words.hpp"

namespace tenon::samples {

compiled_gpt read_compiled(const runtime::model& model) {
  const model_words words(model);
  const int n_embd = words.size("n_embd"), n_hidden = words.size("n_hidden");
  const gpt_config config{.n_layer = words.size("n_layer"),
                          .n_head = words.size("n_head"),
                          .n_embd = n_embd,
                          .n_block = words.size("n_block"),
                          .n_vocab = words.size("n_vocab"),
                          .max_batch = words.size("batch"),
                          .bias = words.has("ln_f.bias"),
                          .dropout = words.number("dropout"),
                          .act = words.activation_of("activation_function"),
                          .epsilon = words.number("layer_norm_epsilon"),
                          .n_inner = n_hidden == 4 * n_embd ? 0 : n_hidden,
                          .tied = !words.has("lm_head.weight")};
  return {&model.raw(), config, words.word("configuration")};
}

std::vector<compiled_gpt> compiled_models() {
  std::vector<compiled_gpt> all;
  for (const runtime::model& each : runtime::linked_models()) all.push_back(read_compiled(each));
  return all;
}

}  // namespace tenon::samples
