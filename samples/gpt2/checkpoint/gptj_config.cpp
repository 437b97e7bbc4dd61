// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of GPT-J; the defaults are those of transformers' GPTJConfig.
#include <fmt/format.h>

#include "checkpoint/families.hpp"

namespace tenon::samples {

void read_gptj(family_reader& reader) {
  reader.size("n_layer", "n_layer", 28);
  const std::int64_t n_head = reader.size("n_head", "n_head", 16);
  const std::int64_t n_embd = reader.size("n_embd", "n_embd", 4096);
  reader.size_or_null("n_hidden", "n_inner", 4 * n_embd);
  reader.size("n_vocab", "vocab_size", 50400);
  reader.positions("n_positions", 2048);
  const std::int64_t n_turned = reader.size("n_turned", "rotary_dim", 64);
  reader.fraction("epsilon", "layer_norm_epsilon", 1e-5);
  reader.activation_of("act", "activation_function", "gelu_new");
  reader.tied("tie_word_embeddings", false);
  reader.divides("n_head", n_head, "n_embd", n_embd);
  reader.even("rotary_dim", n_turned);
  if (n_turned > n_embd / n_head)
    reader.impossible(fmt::format("rotary_dim is {}, more than the {} channels of a head", n_turned,
                                  n_embd / n_head));
}

}  // namespace tenon::samples
