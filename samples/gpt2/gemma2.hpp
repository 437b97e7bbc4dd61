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
