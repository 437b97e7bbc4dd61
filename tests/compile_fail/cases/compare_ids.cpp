// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(tensor<i32, batch, seq> ids, hidden_states x) {
#ifdef MISTAKE
  return choose(ids < 1, x, 0);
#else
  return choose(x < 1, x, 0);
#endif
}
