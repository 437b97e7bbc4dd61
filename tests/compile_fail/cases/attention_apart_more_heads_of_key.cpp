// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: heads_of_k_are_not_the_first_heads_of_q<tenon::dims<n_kv, n_group>, tenon::dims<n_kv> ?>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(k, q, q, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
