// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_keys_is_one_of_the_queries_too<n_block, tenon::dims<batch, n_block> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, n_block, n_dim> x, tensor<f32, batch, seq, n_dim> y,
       kv_cache<f32, batch, n_block, n_dim> cache) {
#ifdef MISTAKE
  return attention<n_dim>(x, x, x, cache, [](auto s) { return s * 2; });
#else
  return attention<n_dim>(y, y, y, cache, [](auto s) { return s * 2; });
#endif
}
