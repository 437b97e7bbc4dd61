// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_has_more_dimensions_than_left<tenon::dims<seq, n_embd>, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, seq, n_embd> y) {
#ifdef MISTAKE
  return y + x;
#else
  return x + y;
#endif
}
