// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_embd, tenon::dims<batch, seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x, hidden_states y, tensor<f32, n_embd> z) {
#ifdef MISTAKE
  return choose(x < z, 1, 0);
#else
  return choose(x < z, y, 0);
#endif
}
