// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: left_operand_must_be_a_tensor<tenon::param<tenon::f32, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd> bias) {
#ifdef MISTAKE
  return bias + x;
#else
  return x + bias;
#endif
}
