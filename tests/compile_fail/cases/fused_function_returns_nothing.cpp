// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_returns_nothing<
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return fused(x, [](hidden_states y) { dropout(y, 0.1); });
#else
  return fused(x, [](hidden_states y) { return dropout(y, 0.1); });
#endif
}
