// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: left_operand_must_be_a_tensor_a_param_or_a_number<const char ?\*>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return "1" + x;
#else
  return 1 + x;
#endif
}
