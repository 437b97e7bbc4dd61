// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_a_param_or_cache_must_be_known_at_compile_time<some_heads>
#include "dims.hpp"

struct some_heads : dyn<1, 4> {};
auto f(query_heads q, key_heads k, key_cache cache,
       kv_cache<f32, batch, n_block, some_heads, n_dim> some) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, some);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
