// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes and forms of a GPT-NeoX: what neox.model.cpp is compiled for.
#pragma once
#include "activations.hpp"

struct neox_config {
  int n_layer;   // L
  int n_head;    // H
  int n_turned;  // channels of a head that turn with positions; even
  int n_embd;    // C
  int n_hidden;  // inside the MLP
  int n_vocab;   // V
  int n_block;   // the greatest length of a sequence
  int max_batch = 1;
  double theta = 10000;   // of the rotary positions
  double epsilon = 1e-5;  // of the layer norms
  activation act = activation::gelu;
  bool sequential = false;  // the MLP reads what attention has added to, not what attention reads
  bool tied = true;         // the head is the token table, or a parameter of its own

  constexpr int n_dim() const { return n_embd / n_head; }
};

/// Names in GGUF files, which have the queries of all heads first, then keys, then values.
constexpr auto gguf_names(const neox_config& cfg) {
  using tenon::stored;
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "embed_in.weight"),
      stored::named("blk.{}.attn_norm.weight", "layers.{}.input_layernorm.weight"),
      stored::named("blk.{}.attn_norm.bias", "layers.{}.input_layernorm.bias"),
      stored::swapped("blk.{}.attn_qkv.weight", "layers.{}.attention.query_key_value.weight"),
      stored::swapped("blk.{}.attn_qkv.bias", "layers.{}.attention.query_key_value.bias"),
      stored::named("blk.{}.attn_output.weight", "layers.{}.attention.dense.weight"),
      stored::named("blk.{}.attn_output.bias", "layers.{}.attention.dense.bias"),
      stored::named("blk.{}.ffn_norm.weight", "layers.{}.post_attention_layernorm.weight"),
      stored::named("blk.{}.ffn_norm.bias", "layers.{}.post_attention_layernorm.bias"),
      stored::named("blk.{}.ffn_up.weight", "layers.{}.mlp.dense_h_to_4h.weight"),
      stored::named("blk.{}.ffn_up.bias", "layers.{}.mlp.dense_h_to_4h.bias"),
      stored::named("blk.{}.ffn_down.weight", "layers.{}.mlp.dense_4h_to_h.weight"),
      stored::named("blk.{}.ffn_down.bias", "layers.{}.mlp.dense_4h_to_h.bias"),
      stored::named("output_norm.weight", "final_layer_norm.weight"),
      stored::named("output_norm.bias", "final_layer_norm.bias"),
      cfg.tied ? stored::twin("output.weight", "embed_in.weight")
               : stored::named("output.weight", "embed_out.weight")};
}
