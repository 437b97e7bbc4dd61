// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_must_be_a_tensor_or_a_param<double>.*x \+ y: 
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return x + 1.0;
#else
  return x + x;
#endif
}
