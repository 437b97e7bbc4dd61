// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_left_operand_is_not_that_of_right<n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_hidden> gain, param<f32, n_embd> fitting) {
#ifdef MISTAKE
  return gain * x;
#else
  return fitting * x;
#endif
}
