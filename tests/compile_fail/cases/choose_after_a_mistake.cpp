// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, n_hidden> y) {
#ifdef MISTAKE
  return exp(choose((!(x * y < 0) && x < 1) || 2 > x * x, x, 0)) + 1;
#else
  return exp(choose(!(x * x < 0) && x < 1, x, 0)) + 1;
#endif
}
