// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes of a GPT. One of them, or explicit numbers, makes the model of gpt2.model.cpp.
#pragma once
#include "activations.hpp"

struct gpt_config {
  int n_layer = 12;      // L
  int n_head = 12;       // H
  int n_embd = 768;      // C
  int n_block = 1024;    // the greatest length of a sequence
  int n_vocab = 50257;   // V
  int max_batch = 8;     // the greatest B
  bool bias = true;      // in linear layers and layer norms
  double dropout = 0.1;  // in training only
  activation act = activation::gelu_new;
  double epsilon = tenon::gpt2_epsilon;  // of the layer norms
  int n_inner = 0;                       // inside the MLP; 0: 4 C
  bool tied = true;                      // the head is the token table, or a parameter of its own

  constexpr int n_hidden() const { return n_inner > 0 ? n_inner : 4 * n_embd; }
};

// GPT-2 as published: 124M, 355M, 774M and 1558M parameters.
constexpr gpt_config gpt2_small{};
constexpr gpt_config gpt2_medium{.n_layer = 24, .n_head = 16, .n_embd = 1024};
constexpr gpt_config gpt2_large{.n_layer = 36, .n_head = 20, .n_embd = 1280};
constexpr gpt_config gpt2_xl{.n_layer = 48, .n_head = 25, .n_embd = 1600};

/// Names in GGUF files, which have linear layers (out, in).
constexpr auto gguf_names(const gpt_config& cfg) {
  using tenon::stored;
  return tenon::checkpoint_names{
      stored::named("token_embd.weight", "wte.weight"),
      stored::named("position_embd.weight", "wpe.weight"),
      stored::named("blk.{}.attn_norm.weight", "h.{}.ln_1.weight"),
      stored::named("blk.{}.attn_norm.bias", "h.{}.ln_1.bias").when(cfg.bias),
      stored::swapped("blk.{}.attn_qkv.weight", "h.{}.attn.c_attn.weight"),
      stored::named("blk.{}.attn_qkv.bias", "h.{}.attn.c_attn.bias").when(cfg.bias),
      stored::swapped("blk.{}.attn_output.weight", "h.{}.attn.c_proj.weight"),
      stored::named("blk.{}.attn_output.bias", "h.{}.attn.c_proj.bias").when(cfg.bias),
      stored::named("blk.{}.ffn_norm.weight", "h.{}.ln_2.weight"),
      stored::named("blk.{}.ffn_norm.bias", "h.{}.ln_2.bias").when(cfg.bias),
      stored::swapped("blk.{}.ffn_up.weight", "h.{}.mlp.c_fc.weight"),
      stored::named("blk.{}.ffn_up.bias", "h.{}.mlp.c_fc.bias").when(cfg.bias),
      stored::swapped("blk.{}.ffn_down.weight", "h.{}.mlp.c_proj.weight"),
      stored::named("blk.{}.ffn_down.bias", "h.{}.mlp.c_proj.bias").when(cfg.bias),
      stored::named("output_norm.weight", "ln_f.weight"),
      stored::named("output_norm.bias", "ln_f.bias").when(cfg.bias),
      cfg.tied ? stored::twin("output.weight", "wte.weight")
               : stored::named("output.weight", "lm_head.weight")};
}
