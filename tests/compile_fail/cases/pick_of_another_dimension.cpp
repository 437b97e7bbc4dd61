// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: pick_takes_from_the_dimension_before_the_last<n_kv, tenon::dims<batch, seq, n_kv,
// n_group, n_dim>
#include "dims.hpp"

auto f(query_heads x) {
#ifdef MISTAKE
  return pick<n_kv, 0>(x);
#else
  return pick<n_group, 0>(x);
#endif
}
