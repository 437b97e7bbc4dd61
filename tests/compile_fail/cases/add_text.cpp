// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_must_be_a_tensor_a_param_or_a_number<const char ?\*>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return x + "1";
#else
  return x + 1;
#endif
}
