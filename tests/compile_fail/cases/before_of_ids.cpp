// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(hidden_states x, tensor<i32, batch, seq> ids, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(ids, kept);
#else
  return before<1>(x, kept);
#endif
}
