// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: what_is_chosen_must_be_a_tensor_a_param_or_a_number<(const )?char ?(const )?\*>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return choose(x < 0, x, "0");
#else
  return choose(x < 0, x, 0);
#endif
}
