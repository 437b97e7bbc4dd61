// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: one_operand_must_be_a_tensor<tenon::param<tenon::f32, n_embd>, double>
#include "dims.hpp"

auto f(param<f32, n_embd> w, hidden_states x) {
#ifdef MISTAKE
  return choose(w <= 1.0, x, 0);
#else
  return choose(w <= x, x, 0);
#endif
}
