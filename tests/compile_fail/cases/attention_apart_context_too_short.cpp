// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: time_may_exceed_the_context_of_the_cache<seq, n_half>
#include "dims.hpp"

struct n_half : dim<8> {};
auto f(query_heads q, key_heads k, key_cache cache,
       kv_cache<f32, batch, n_half, n_kv, n_dim> other) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, other);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
