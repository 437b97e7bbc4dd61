// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sizes of a BERT: what minilm.model.cpp is compiled for.
#pragma once

struct bert_config {
  int n_layer = 6;         // L
  int n_head = 12;         // H
  int n_embd = 384;        // C
  int n_hidden = 1536;     // inside the MLP
  int n_vocab = 30522;     // V
  int n_block = 512;       // the greatest length of a sequence
  int n_type = 2;          // kinds of tokens: of a first and of a second text
  int max_batch = 32;      // the greatest B
  double epsilon = 1e-12;  // of the layer norms
};
