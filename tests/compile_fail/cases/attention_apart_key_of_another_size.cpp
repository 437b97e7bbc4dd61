// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_k_is_not_D<n_embd, n_dim>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<f32, batch, seq, n_kv, n_embd> wide) {
#ifdef MISTAKE
  return attention<n_dim>(q, wide, wide, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
