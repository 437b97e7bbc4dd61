// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, n_hidden> y) {
#ifdef MISTAKE
  return 2 * tanh(-(x * y)) + max(x, 0);
#else
  return 2 * tanh(-(x * x)) + max(x, 0);
#endif
}
