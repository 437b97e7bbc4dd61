// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_the_first_of_weight<n_embd, n_other>
#include "dims.hpp"

struct n_other : dim<n_embd::max> {};
auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_other, n_vocab>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
