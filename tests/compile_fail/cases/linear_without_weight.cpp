// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: linear_needs_a_weight<.*: linear: needs x
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x);
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
