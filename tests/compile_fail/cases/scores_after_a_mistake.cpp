// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_kv,
// n_group, n_block>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<f32, n_hidden> x, tensor<f32, batch> y) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, cache, [&](auto s) { return tanh(s * x); }) + 1;
#else
  return attention<n_dim>(q, k, k, cache, [&](auto s) { return tanh(s * y); }) + 1;
#endif
}
