// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes of a BLOOM: what bloom.model.cpp is compiled for.
#pragma once
#include <tenon/tenon.hpp>

struct bloom_config {
  int n_layer;  // L
  int n_head;   // H
  int n_embd;   // C
  int n_vocab;  // V
  int n_block;  // the greatest length of a sequence
  int max_batch = 1;
  double epsilon = 1e-5;  // of the layer norms
  bool tied = true;       // the head is the token table, or a parameter of its own

  /// The greatest power of two that is no more than H.
  constexpr int n_even() const {
    int n = 1;
    while (2 * n <= n_head) n *= 2;
    return n;
  }
};

/// Names in GGUF files, which have the queries of all heads first, then keys, then values.
constexpr auto gguf_names(const bloom_config& cfg) {
  using tenon::stored;
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "word_embeddings.weight"),
      stored::named("token_embd_norm.weight", "word_embeddings_layernorm.weight"),
      stored::named("token_embd_norm.bias", "word_embeddings_layernorm.bias"),
      stored::named("blk.{}.attn_norm.weight", "h.{}.input_layernorm.weight"),
      stored::named("blk.{}.attn_norm.bias", "h.{}.input_layernorm.bias"),
      stored::swapped("blk.{}.attn_qkv.weight", "h.{}.self_attention.query_key_value.weight"),
      stored::swapped("blk.{}.attn_qkv.bias", "h.{}.self_attention.query_key_value.bias"),
      stored::named("blk.{}.attn_output.weight", "h.{}.self_attention.dense.weight"),
      stored::named("blk.{}.attn_output.bias", "h.{}.self_attention.dense.bias"),
      stored::named("blk.{}.ffn_norm.weight", "h.{}.post_attention_layernorm.weight"),
      stored::named("blk.{}.ffn_norm.bias", "h.{}.post_attention_layernorm.bias"),
      stored::named("blk.{}.ffn_up.weight", "h.{}.mlp.dense_h_to_4h.weight"),
      stored::named("blk.{}.ffn_up.bias", "h.{}.mlp.dense_h_to_4h.bias"),
      stored::named("blk.{}.ffn_down.weight", "h.{}.mlp.dense_4h_to_h.weight"),
      stored::named("blk.{}.ffn_down.bias", "h.{}.mlp.dense_4h_to_h.bias"),
      stored::named("output_norm.weight", "ln_f.weight"),
      stored::named("output_norm.bias", "ln_f.bias"),
      cfg.tied ? stored::twin("output.weight", "word_embeddings.weight")
               : stored::named("output.weight", "lm_head.weight")};
}
