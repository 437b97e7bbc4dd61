// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_bias_is_not_the_last_of_weight<n_embd, n_hidden>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32, n_embd>{"b", zeros});
#else
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32, n_hidden>{"b", zeros});
#endif
}
