// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: bias_must_have_1_dimension<tenon::param<tenon::f32> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32>{"b", zeros});
#else
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32, n_hidden>{"b", zeros});
#endif
}
