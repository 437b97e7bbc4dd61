// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_has_no_dimension_that_x_lacks<tenon::dims<n_embd>, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
