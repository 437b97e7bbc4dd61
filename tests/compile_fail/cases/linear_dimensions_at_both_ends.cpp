// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_in_common_are_neither_the_first_nor_the_last_of_weight<tenon::dims<n_head, n_block>, tenon::dims<n_head, n_embd, n_block> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_head, n_block> heads) {
#ifdef MISTAKE
  return linear(heads, param<f32, n_head, n_embd, n_block>{"w", zeros});
#else
  return linear(heads, param<f32, n_embd, n_head, n_block>{"w", zeros});
#endif
}
