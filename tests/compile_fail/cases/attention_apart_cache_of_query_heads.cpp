// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_the_cache_are_not_batch_context_and_those_of_k<tenon::dims<batch, n_block,
// n_kv, n_group, n_dim>, tenon::dims<batch, seq, n_kv, n_dim> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache,
       kv_cache<f32, batch, n_block, n_kv, n_group, n_dim> all) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, all);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
