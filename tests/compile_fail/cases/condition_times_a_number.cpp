// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_must_be_a_tensor_a_param_or_a_number<tenon::detail::both
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return 2 * (0 < x && x < 1);
#else
  return 2 * choose(0 < x && x < 1, x, 0);
#endif
}
