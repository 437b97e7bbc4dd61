// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache, tensor<i32, batch, seq, n_dim> ids) {
#ifdef MISTAKE
  return attention<n_dim>(ids, ids, ids, cache);
#else
  return attention<n_dim>(q, k, k, cache);
#endif
}
