// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_i32_but_holds<tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, tensor<i32, batch> lengths) {
#ifdef MISTAKE
  return as_f32(x);
#else
  return as_f32(lengths);
#endif
}
