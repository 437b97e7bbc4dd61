// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of GPT-NeoX and Pythia; the defaults are those of transformers' GPTNeoXConfig.
#include "checkpoint/families.hpp"

namespace tenon::samples {

void read_neox(family_reader& reader) {
  config_reader& file = reader.file;
  reader.size("n_layer", "num_hidden_layers", 44);
  const std::int64_t n_head = reader.size("n_head", "num_attention_heads", 64);
  const std::int64_t n_embd = reader.size("n_embd", "hidden_size", 6144);
  reader.size("n_hidden", "intermediate_size", 24576);
  reader.size("n_vocab", "vocab_size", 50432);
  reader.positions("max_position_embeddings", 2048);
  reader.rope(
      {.older_theta = "rotary_emb_base", .older_share = "rotary_pct", .n_dim = n_embd / n_head});
  reader.fraction("epsilon", "layer_norm_eps", 1e-5);
  reader.activation_of("act", "hidden_act", "gelu");
  reader.form("sequential", "use_parallel_residual", file.flag("use_parallel_residual", true),
              true);
  reader.tied("tie_word_embeddings", false);
  file.demand("attention_bias", true, {true});
  reader.divides("num_attention_heads", n_head, "hidden_size", n_embd);
}

}  // namespace tenon::samples
