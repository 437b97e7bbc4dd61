// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_must_be_a_kv_cache<tenon::kept<tenon::f32, batch, n_block, n_kv, n_dim> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, kept<f32, batch, n_block, n_kv, n_dim> kept) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, kept);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
