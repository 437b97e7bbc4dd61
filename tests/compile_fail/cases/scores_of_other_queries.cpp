// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_q_is_not_D<n_dim, n_kv>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_kv>(q, k, k, cache, [](auto s) { return s * 2; });
#else
  return attention<n_dim>(q, k, k, cache, [](auto s) { return s * 2; });
#endif
}
