// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_returns_nothing<
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, cache, [](auto s) { (void)tanh(s); });
#else
  return attention<n_dim>(q, k, k, cache, [](auto s) { return tanh(s); });
#endif
}
