// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::f32, tenon::bf16>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<bf16, batch, seq, n_kv, n_dim> narrow) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, narrow, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
