// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_bias_are_not_those_that_only_weight_has<tenon::dims<n_block>, tenon::dims<n_head, n_block> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_head, n_block, n_embd> w) {
#ifdef MISTAKE
  return linear(x, w, param<f32, n_block>{"b", zeros});
#else
  return linear(x, w, param<f32, n_head, n_block>{"b", zeros});
#endif
}
