// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: before_counts_from_1
#include "dims.hpp"

auto f(hidden_states x, kept_rows kept) {
#ifdef MISTAKE
  auto [x0, x1, x2] = before<0, 1, 2>(x, kept);
  return x0 + x1 + x2;
#else
  auto [x1, x2] = before<1, 2>(x, kept);
  return x + x1 + x2;
#endif
}
