// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of GPT-2; the defaults are those of transformers' GPT2Config.
#include "checkpoint/families.hpp"

namespace tenon::samples {

void read_gpt2(family_reader& reader) {
  config_reader& file = reader.file;
  reader.size("n_layer", "n_layer", 12);
  const std::int64_t n_head = reader.size("n_head", "n_head", 12);
  const std::int64_t n_embd = reader.size("n_embd", "n_embd", 768);
  reader.size("n_vocab", "vocab_size", 50257);
  reader.size("n_block", "n_positions", 1024);  // a table has them all
  reader.activation_of("act", "activation_function", "gelu_new");
  reader.fraction("epsilon", "layer_norm_epsilon", 1e-5);
  const std::string usual = "4 * n_embd";
  const std::int64_t n_inner = file.size_or_null("n_inner", 4 * n_embd, 262144);
  reader.value("n_inner", "n_inner", n_inner == 4 * n_embd ? usual : std::to_string(n_inner),
               usual);
  file.demand("scale_attn_weights", true, {true});
  file.demand("scale_attn_by_inverse_layer_idx", false, {false});
  // The same function, summed in another order and in f32, as here in any case.
  file.flag("reorder_and_upcast_attn", false);
  reader.tied("tie_word_embeddings", true);
  file.demand("add_cross_attention", false, {false});
  reader.divides("n_head", n_head, "n_embd", n_embd);
}

}  // namespace tenon::samples
