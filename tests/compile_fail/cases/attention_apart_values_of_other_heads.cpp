// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_v_are_not_those_of_k<tenon::dims<batch, seq, n_kv, n_group, n_dim>,
// tenon::dims<batch, seq, n_kv, n_dim> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, q, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
