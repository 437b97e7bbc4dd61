// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes and forms of a Mixtral: what mixtral.model.cpp is compiled for.
#pragma once
#include "activations.hpp"

struct mixtral_config {
  int n_layer;   // L
  int n_head;    // of queries
  int n_kv;      // heads of keys and values
  int n_dim;     // D
  int n_embd;    // C
  int n_hidden;  // inside an expert
  int n_expert;  // in a layer
  int n_active;  // of them, for a token
  int n_vocab;   // V
  int n_block;   // the greatest length of a sequence
  int max_batch = 1;
  double theta = 1e6;     // of the rotary positions
  double epsilon = 1e-5;  // of the RMS norms
  activation act = activation::silu;
  bool tied = true;  // the head is the token table, or a parameter of its own
};

/// Names in GGUF files, which have the experts of a layer in one tensor, and the channels of
/// queries and keys that turn together side by side.
constexpr auto gguf_names(const mixtral_config& cfg) {
  using tenon::stored;
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "embed_tokens.weight"),
      stored::named("blk.{}.attn_norm.weight", "layers.{}.input_layernorm.weight"),
      stored::paired("blk.{}.attn_q.weight", "layers.{}.self_attn.q_proj.weight"),
      stored::paired("blk.{}.attn_k.weight", "layers.{}.self_attn.k_proj.weight"),
      stored::named("blk.{}.attn_v.weight", "layers.{}.self_attn.v_proj.weight"),
      stored::named("blk.{}.attn_output.weight", "layers.{}.self_attn.o_proj.weight"),
      stored::named("blk.{}.ffn_norm.weight", "layers.{}.post_attention_layernorm.weight"),
      stored::named("blk.{}.ffn_gate_inp.weight", "layers.{}.block_sparse_moe.gate.weight"),
      stored::named("blk.{}.ffn_gate_exps.weight",
                    "layers.{}.block_sparse_moe.experts.{}.w1.weight"),
      stored::named("blk.{}.ffn_down_exps.weight",
                    "layers.{}.block_sparse_moe.experts.{}.w2.weight"),
      stored::named("blk.{}.ffn_up_exps.weight", "layers.{}.block_sparse_moe.experts.{}.w3.weight"),
      stored::named("output_norm.weight", "norm.weight"),
      cfg.tied ? stored::twin("output.weight", "embed_tokens.weight")
               : stored::named("output.weight", "lm_head.weight")};
}
