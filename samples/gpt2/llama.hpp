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
