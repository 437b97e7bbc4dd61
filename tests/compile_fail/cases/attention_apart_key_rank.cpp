// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: k_must_have_dimensions_batch_time_and_D<tenon::dims<seq, n_dim> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<f32, seq, n_dim> one) {
#ifdef MISTAKE
  return attention<n_dim>(q, one, one, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
