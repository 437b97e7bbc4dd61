// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: left_operand_must_be_a_tensor_a_param_or_a_number<tenon::detail::comparison
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return choose(0 < x < 1, x, 0);
#else
  return choose(0 < x && x < 1, x, 0);
#endif
}
