// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes and forms of a Gemma 2: what gemma2.model.cpp is compiled for.
#pragma once
#include "activations.hpp"

struct gemma2_config {
  int n_layer;   // L
  int n_head;    // of queries
  int n_kv;      // heads of keys and values
  int n_dim;     // D
  int n_scalar;  // scores are divided by its root
  int n_embd;    // C
  int n_hidden;  // inside the MLP
  int n_vocab;   // V
  int n_block;   // the greatest length of a sequence
  int n_window;  // how many keys a token sees in layers 0, 2, 4 ..., its own among them
  int max_batch = 1;
  double theta = 10000;   // of the rotary positions
  double epsilon = 1e-6;  // of the RMS norms
  activation act = activation::gelu_new;
  double score_cap = 50;  // the soft bound of scores
  double logit_cap = 30;
};

/// Names in GGUF files, which have gains as they multiply, with the 1 in them.
constexpr auto gguf_names(const gemma2_config&) {
  using tenon::stored;
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "embed_tokens.weight"),
      stored::raised("blk.{}.attn_norm.weight", "layers.{}.input_layernorm.weight"),
      stored::named("blk.{}.attn_q.weight", "layers.{}.self_attn.q_proj.weight"),
      stored::named("blk.{}.attn_k.weight", "layers.{}.self_attn.k_proj.weight"),
      stored::named("blk.{}.attn_v.weight", "layers.{}.self_attn.v_proj.weight"),
      stored::named("blk.{}.attn_output.weight", "layers.{}.self_attn.o_proj.weight"),
      stored::raised("blk.{}.post_attention_norm.weight",
                     "layers.{}.post_attention_layernorm.weight"),
      stored::raised("blk.{}.ffn_norm.weight", "layers.{}.pre_feedforward_layernorm.weight"),
      stored::named("blk.{}.ffn_gate.weight", "layers.{}.mlp.gate_proj.weight"),
      stored::named("blk.{}.ffn_up.weight", "layers.{}.mlp.up_proj.weight"),
      stored::named("blk.{}.ffn_down.weight", "layers.{}.mlp.down_proj.weight"),
      stored::raised("blk.{}.post_ffw_norm.weight", "layers.{}.post_feedforward_layernorm.weight"),
      stored::raised("output_norm.weight", "norm.weight"),
      stored::twin("output.weight", "embed_tokens.weight")};
}
