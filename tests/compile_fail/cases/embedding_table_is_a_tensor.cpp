// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: table_must_be_a_param<tenon::tensor<tenon::f32, seq, n_embd> ?>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, tensor<f32, seq, n_embd> x,
       param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return embedding(x, ids);
#else
  return embedding(wte, ids);
#endif
}
