// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_right_operand_is_not_that_of_left<seq, batch>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, seq, batch, n_embd> y, hidden_states z) {
#ifdef MISTAKE
  return x + y;
#else
  return x + z;
#endif
}
