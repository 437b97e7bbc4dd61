// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_the_cache_are_not_batch_context_and_those_of_k<tenon::dims<beams, n_block,
// n_kv, n_dim>, tenon::dims<batch, seq, n_kv, n_dim> ?>
#include "dims.hpp"

struct beams : dyn<1, 8> {};
auto f(query_heads q, key_heads k, key_cache cache,
       kv_cache<f32, beams, n_block, n_kv, n_dim> other) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, other);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
