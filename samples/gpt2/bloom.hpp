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
