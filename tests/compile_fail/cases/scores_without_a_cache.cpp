// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_must_be_a_kv_cache<
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, [](auto s) { return s; });
#else
  return attention<n_dim>(q, k, k, cache, [](auto s) { return s; });
#endif
}
