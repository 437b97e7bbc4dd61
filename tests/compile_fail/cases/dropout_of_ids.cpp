// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>.*dropout: needs
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return dropout(ids, 0.1);
#else
  return dropout(embedding(wte, ids), 0.1);
#endif
}
