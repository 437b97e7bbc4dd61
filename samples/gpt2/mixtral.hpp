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
