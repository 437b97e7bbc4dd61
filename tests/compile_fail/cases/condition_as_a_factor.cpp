// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_must_be_a_tensor_a_param_or_a_number<tenon::detail::comparison
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return x * (x < 1);
#else
  return x * choose(x < 1, 1, 0);
#endif
}
