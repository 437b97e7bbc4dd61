// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_block, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, param<f32, n_vocab, n_embd> wte,
       param<f32, n_block, n_embd> wpe) {
#ifdef MISTAKE
  return embedding(wte, ids) + wpe;
#else
  return embedding(wte, ids) + embedding(wpe, positions(ids));
#endif
}
