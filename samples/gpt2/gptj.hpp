// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes and forms of a GPT-J: what gptj.model.cpp is compiled for.
#pragma once
#include "activations.hpp"

struct gptj_config {
  int n_layer;   // L
  int n_head;    // H
  int n_turned;  // channels of a head that turn with positions; even
  int n_embd;    // C
  int n_hidden;  // inside the MLP
  int n_vocab;   // V
  int n_block;   // the greatest length of a sequence
  int max_batch = 1;
  double epsilon = 1e-5;  // of the layer norms
  activation act = activation::gelu_new;
  bool tied = true;  // the head is the token table, or a parameter of its own

  constexpr int n_dim() const { return n_embd / n_head; }
};
