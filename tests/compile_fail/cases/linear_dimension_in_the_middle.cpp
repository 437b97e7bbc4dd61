// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_in_common_are_neither_the_first_nor_the_last_of_weight<tenon::dims<n_embd>, tenon::dims<n_head, n_embd, n_block> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_head, n_embd, n_block>{"w", zeros});
#else
  return linear(x, param<f32, n_head, n_block, n_embd>{"w", zeros});
#endif
}
