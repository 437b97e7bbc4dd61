// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes and forms of a Llama-like decoder: what llama.model.cpp is compiled for.
#pragma once
#include "activations.hpp"

/// Llama 3's scaling of rotary frequencies: wavelengths of more than original / low positions
/// become `factor` times as long, those of less than original / high stay, and between them it goes
/// over evenly. A factor of 1 is none.
struct rope_scaling {
  double factor = 1, low = 1, high = 4;
  int original = 8192;  // positions of the first training

  constexpr auto operator()(auto frequencies) const {
    const double turns = original / 6.283185307179586;  // of the frequency 1
    const auto kept = min(max((frequencies * turns - low) * (1 / (high - low)), 0.0), 1.0);
    return frequencies * (kept + (1.0 - kept) * (1 / factor));
  }
};

struct llama_config {
  int n_layer;   // L
  int n_head;    // of queries
  int n_kv;      // heads of keys and values
  int n_dim;     // D
  int n_embd;    // C
  int n_hidden;  // inside the MLP
  int n_vocab;   // V
  int n_block;   // the greatest length of a sequence
  int max_batch = 1;
  double theta = 10000;  // of the rotary positions
  rope_scaling scaling = {};
  double epsilon = 1e-5;  // of the RMS norms
  activation act = activation::silu;
  bool bias = false;     // of queries, keys and values (Qwen 2)
  bool qk_norm = false;  // norms of queries and keys, over a head (Qwen3)
  bool tied = true;      // the head is the token table, or a parameter of its own
};

/// Names in GGUF files. Of Llama and Mistral, unlike Qwen, they have the channels of queries and
/// keys that turn together side by side; the scaling of Llama 3 as a table, which is made here.
constexpr auto gguf_names(const llama_config& cfg) {
  using tenon::stored;
  const bool qwen = cfg.bias || cfg.qk_norm;
  const auto turned = [&](const char* name, const char* of) {
    return qwen ? stored::named(name, of) : stored::paired(name, of);
  };
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "embed_tokens.weight"),
      stored::ignored("rope_freqs.weight").when(cfg.scaling.factor != 1),
      stored::named("blk.{}.attn_norm.weight", "layers.{}.input_layernorm.weight"),
      turned("blk.{}.attn_q.weight", "layers.{}.self_attn.q_proj.weight"),
      turned("blk.{}.attn_k.weight", "layers.{}.self_attn.k_proj.weight"),
      stored::named("blk.{}.attn_v.weight", "layers.{}.self_attn.v_proj.weight"),
      stored::named("blk.{}.attn_q.bias", "layers.{}.self_attn.q_proj.bias").when(cfg.bias),
      stored::named("blk.{}.attn_k.bias", "layers.{}.self_attn.k_proj.bias").when(cfg.bias),
      stored::named("blk.{}.attn_v.bias", "layers.{}.self_attn.v_proj.bias").when(cfg.bias),
      stored::named("blk.{}.attn_q_norm.weight", "layers.{}.self_attn.q_norm.weight")
          .when(cfg.qk_norm),
      stored::named("blk.{}.attn_k_norm.weight", "layers.{}.self_attn.k_norm.weight")
          .when(cfg.qk_norm),
      stored::named("blk.{}.attn_output.weight", "layers.{}.self_attn.o_proj.weight"),
      stored::named("blk.{}.ffn_norm.weight", "layers.{}.post_attention_layernorm.weight"),
      stored::named("blk.{}.ffn_gate.weight", "layers.{}.mlp.gate_proj.weight"),
      stored::named("blk.{}.ffn_up.weight", "layers.{}.mlp.up_proj.weight"),
      stored::named("blk.{}.ffn_down.weight", "layers.{}.mlp.down_proj.weight"),
      stored::named("output_norm.weight", "norm.weight"),
      cfg.tied ? stored::twin("output.weight", "embed_tokens.weight")
               : stored::named("output.weight", "lm_head.weight")};
}
