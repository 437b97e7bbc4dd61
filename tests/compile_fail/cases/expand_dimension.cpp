// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, n_hidden> y, tensor<f32, seq> z) {
#ifdef MISTAKE
  return expand_as(y, x);
#else
  return expand_as(z, x);
#endif
}
