// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_must_be_a_param<tenon::tensor<tenon::f32, batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, x);
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
