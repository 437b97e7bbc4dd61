// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::f32, tenon::f64>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache,
       kv_cache<f64, batch, n_block, n_kv, n_dim> wide) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, wide);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
