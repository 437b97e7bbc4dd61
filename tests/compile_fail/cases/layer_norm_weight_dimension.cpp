// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_that_of_weight<n_embd, n_hidden>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return layer_norm(x, param<f32, n_hidden>{"w", ones});
#else
  return layer_norm(x, param<f32, n_embd>{"w", ones});
#endif
}
