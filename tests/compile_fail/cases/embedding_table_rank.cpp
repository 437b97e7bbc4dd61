// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: table_must_have_2_dimensions<tenon::param<tenon::f32, n_vocab> ?>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<f32, n_vocab> bias,
       param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return embedding(bias, ids);
#else
  return embedding(wte, ids);
#endif
}
