// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: choose_needs_a_condition_as_in_choose_x_less_than_y<tenon::tensor<tenon::f32, batch, seq,
// n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return choose(x, x, 0);
#else
  return choose(x > 0, x, 0);
#endif
}
