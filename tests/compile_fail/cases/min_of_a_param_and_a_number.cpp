// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: one_operand_must_be_a_tensor<tenon::param<tenon::f32, n_embd>, double>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd> w) {
#ifdef MISTAKE
  return min(w, 1.0);
#else
  return min(w, x);
#endif
}
