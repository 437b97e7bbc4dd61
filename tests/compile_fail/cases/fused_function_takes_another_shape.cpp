// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_does_not_take<.*tensor<tenon::f32, batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return fused(x, [](tensor<f32, seq, n_embd> y) { return dropout(y, 0.1); });
#else
  return fused(x, [](hidden_states y) { return dropout(y, 0.1); });
#endif
}
