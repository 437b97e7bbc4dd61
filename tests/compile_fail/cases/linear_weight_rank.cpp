// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_must_have_2_dimensions<tenon::param<tenon::f32, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_embd>{"w", zeros});
#endif
}
