// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_does_not_take<.*, tenon::tensor<tenon::f32, batch, seq, n_kv, n_group, n_block>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, cache, [](hidden_states s) { return s; });
#else
  return attention<n_dim>(q, k, k, cache,
                          [](tensor<f32, batch, seq, n_kv, n_group, n_block> s) { return s; });
#endif
}
