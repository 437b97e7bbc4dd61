// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<f32, n_vocab, n_embd> wte,
       param<f32, n_embd, n_vocab> w) {
#ifdef MISTAKE
  return linear(ids, w);
#else
  return linear(embedding(wte, ids), w);
#endif
}
