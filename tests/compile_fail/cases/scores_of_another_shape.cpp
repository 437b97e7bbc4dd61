// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_must_return_what_has_the_type_of_the_scores<tenon::tensor<tenon::f32, batch,
// seq>, tenon::tensor<tenon::f32, batch, seq, n_kv, n_group, n_block>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<f32, batch, seq> x) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, cache, [&](auto) { return x * x; });
#else
  return attention<n_dim>(q, k, k, cache, [&](auto s) { return s * x; });
#endif
}
