// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_block, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, n_block, seq> y, tensor<f32, batch, seq> z) {
#ifdef MISTAKE
  return x * y;
#else
  return x * z;
#endif
}
