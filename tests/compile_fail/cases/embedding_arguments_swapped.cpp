// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: table_must_be_a_param<.*i32, batch, seq>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return embedding(ids, wte);
#else
  return embedding(wte, ids);
#endif
}
