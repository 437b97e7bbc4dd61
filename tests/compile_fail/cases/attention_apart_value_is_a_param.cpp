// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: v_must_be_a_tensor<tenon::param<tenon::f32, n_kv, n_dim> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, param<f32, n_kv, n_dim> w) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, w, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
