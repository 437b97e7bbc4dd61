// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: one_operand_must_be_a_tensor<int, tenon::param<tenon::f32, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd> w) {
#ifdef MISTAKE
  return 2 * w;
#else
  return 2 * x * w;
#endif
}
