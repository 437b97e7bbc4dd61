// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: table_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<i32, n_vocab, n_embd> bad,
       param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return embedding(bad, ids);
#else
  return embedding(wte, ids);
#endif
}
