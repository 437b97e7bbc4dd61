// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, hidden_states x) {
#ifdef MISTAKE
  return sum<n_embd>(ids);
#else
  return sum<n_embd>(x);
#endif
}
