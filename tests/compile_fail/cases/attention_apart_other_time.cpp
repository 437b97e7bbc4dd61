// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_k_is_not_that_of_q<past, seq>
#include "dims.hpp"

struct past : dyn<1, 16> {};
auto f(query_heads q, key_heads k, key_cache cache, tensor<f32, batch, past, n_kv, n_dim> old) {
#ifdef MISTAKE
  return attention<n_dim>(q, old, old, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
