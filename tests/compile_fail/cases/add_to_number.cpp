// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: left_operand_must_be_a_tensor<double>.*x \+ y: x must be a tensor
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return 1.0 + x;
#else
  return x + x;
#endif
}
