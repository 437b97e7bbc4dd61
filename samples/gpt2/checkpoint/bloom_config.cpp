// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of BLOOM; the defaults are those of transformers' BloomConfig.
#include "checkpoint/families.hpp"

namespace tenon::samples {

void read_bloom(family_reader& reader) {
  config_reader& file = reader.file;
  // Files of the first transformers have the second name, which is read, too.
  const auto named = [&](const char* key, const char* other) {
    return file.peek(other).is_null() ? key : other;
  };
  reader.size("n_layer", named("n_layer", "num_hidden_layers"), 2);
  const char* const heads = named("n_head", "num_attention_heads");
  const std::int64_t n_head = reader.size("n_head", heads, 8);
  const char* const width = named("hidden_size", "n_embed");
  const std::int64_t n_embd = reader.size("n_embd", width, 64);
  reader.size("n_vocab", "vocab_size", 250880);
  // Slopes go on for ever; the length of training is a good one.
  reader.any_length("seq_length", file.size("seq_length", 2048, 1048576));
  reader.fraction("epsilon", "layer_norm_epsilon", 1e-5);
  // With pretraining_tp the same function, summed in parts.
  file.flag("slow_but_exact", false);
  file.demand("apply_residual_connection_post_layernorm", false, {false});
  reader.tied("tie_word_embeddings", true);
  reader.divides(heads, n_head, width, n_embd);
}

}  // namespace tenon::samples
