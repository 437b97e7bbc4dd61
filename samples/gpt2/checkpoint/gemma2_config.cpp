// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of Gemma 2; the defaults are those of transformers' Gemma2Config.
#include "checkpoint/families.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

// Layers with a window and without take turns, one with a window first.
void read_layers(config_reader& file) {
  const json layers = file.peek("layer_types");
  bool in_turns = true;
  for (std::size_t i = 0; layers.is_array() && i < layers.size(); ++i)
    in_turns &= layers[i] == (i % 2 == 0 ? "sliding_attention" : "full_attention");
  if (!in_turns)
    file.demand("layer_types", nullptr, {"sliding_attention and full_attention in turns"});
}

}  // namespace

void read_gemma2(family_reader& reader) {
  config_reader& file = reader.file;
  reader.size("n_layer", "num_hidden_layers", 26);
  const std::int64_t n_head = reader.size("n_head", "num_attention_heads", 8);
  const std::int64_t n_kv = reader.size("n_kv", "num_key_value_heads", 4);
  const std::int64_t n_dim = reader.size("n_dim", "head_dim", 256);
  reader.size("n_scalar", "query_pre_attn_scalar", 256);
  reader.size("n_embd", "hidden_size", 2304);
  reader.size("n_hidden", "intermediate_size", 9216);
  reader.size("n_vocab", "vocab_size", 256000);
  reader.positions("max_position_embeddings", 8192);
  reader.size("n_window", "sliding_window", 4096);
  read_layers(file);
  reader.rope({.theta = 10000});
  reader.fraction("epsilon", "rms_norm_eps", 1e-6);
  reader.activation_of("act", "hidden_activation", "gelu_pytorch_tanh");
  reader.positive("score_cap", "attn_logit_softcapping", 50);
  reader.positive("logit_cap", "final_logit_softcapping", 30);
  file.demand("attention_bias", false, {false});
  file.demand("tie_word_embeddings", true, {true});
  file.demand("use_bidirectional_attention", nullptr, {nullptr, false});
  reader.divides("num_key_value_heads", n_kv, "num_attention_heads", n_head);
  reader.even("head_dim", n_dim);
}

}  // namespace tenon::samples
