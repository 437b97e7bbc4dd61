// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of Mixtral; the defaults are those of transformers' MixtralConfig.
#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/families.hpp"

namespace tenon::samples {

void read_mixtral(family_reader& reader) {
  config_reader& file = reader.file;
  reader.size("n_layer", "num_hidden_layers", 32);
  const std::int64_t n_head = reader.size("n_head", "num_attention_heads", 32);
  const std::int64_t n_kv = reader.size_or_null("n_kv", "num_key_value_heads", 8);
  const std::int64_t n_embd = reader.size("n_embd", "hidden_size", 4096);
  const std::int64_t n_dim =
      reader.size_or_null("n_dim", "head_dim", std::max<std::int64_t>(1, n_embd / n_head));
  reader.size("n_hidden", "intermediate_size", 14336);
  const std::int64_t n_expert = reader.size("n_expert", "num_local_experts", 8);
  const std::int64_t n_active = reader.size("n_active", "num_experts_per_tok", 2);
  reader.size("n_vocab", "vocab_size", 32000);
  reader.positions("max_position_embeddings", 131072);
  reader.rope({.theta = 1e6});
  reader.fraction("epsilon", "rms_norm_eps", 1e-5);
  reader.activation_of("act", "hidden_act", "silu");
  reader.tied("tie_word_embeddings", false);
  file.demand("sliding_window", nullptr, {nullptr});
  reader.divides("num_key_value_heads", n_kv, "num_attention_heads", n_head);
  reader.even("head_dim", n_dim);
  if (n_active > n_expert)
    reader.impossible(fmt::format("num_experts_per_tok is {}, more than num_local_experts, {}",
                                  n_active, n_expert));
}

}  // namespace tenon::samples
