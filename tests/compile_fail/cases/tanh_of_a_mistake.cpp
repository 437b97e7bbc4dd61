// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_right_operand_is_not_that_of_left<n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, n_hidden> y) {
#ifdef MISTAKE
  return 2 * tanh(-(x * y)) + max(x, 0);
#else
  return 2 * tanh(-(x * x)) + max(x, 0);
#endif
}
