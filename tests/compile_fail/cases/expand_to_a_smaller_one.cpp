// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_embd, tenon::dims<seq> ?>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, seq> z) {
#ifdef MISTAKE
  return expand_as(x, z);
#else
  return expand_as(z, x) * expand_as(2, z);
#endif
}
