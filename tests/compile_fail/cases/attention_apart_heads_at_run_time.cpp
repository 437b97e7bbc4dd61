// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_behind_time_must_be_known_at_compile_time<some_heads>
#include "dims.hpp"

struct some_heads : dyn<1, 4> {};
auto f(query_heads q, key_heads k, key_cache cache,
       tensor<f32, batch, seq, some_heads, n_dim> some) {
#ifdef MISTAKE
  return attention<n_dim>(some, k, k, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
