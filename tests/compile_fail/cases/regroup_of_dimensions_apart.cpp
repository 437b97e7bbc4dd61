// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_does_not_have_these_dimensions_side_by_side<tenon::dims<n_kv, n_dim>,
// tenon::dims<batch, seq, n_kv, n_group, n_dim>
#include "dims.hpp"

struct n_sixteen : dim<16> {};

auto f(query_heads x, key_heads y) {
#ifdef MISTAKE
  return regroup<dims<n_kv, n_dim>, n_sixteen>(x);
#else
  return regroup<dims<n_kv, n_dim>, n_sixteen>(y);
#endif
}
