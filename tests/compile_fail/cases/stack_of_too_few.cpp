// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parts_are_not_as_many_as_the_dimension_has_elements<2, n_group, 3
#include "dims.hpp"

auto f(hidden_states x, hidden_states y) {
#ifdef MISTAKE
  return stack<n_group>(x, y);
#else
  return stack<n_kv>(x, y);
#endif
}
