// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_must_return_what_has_the_type_of_the_scores<tenon::detail::comparison
#include "dims.hpp"

auto f(query_heads q, key_heads k, key_cache cache) {
#ifdef MISTAKE
  return attention<n_dim>(q, k, k, cache, [](auto s) { return s < 0; });
#else
  return attention<n_dim>(q, k, k, cache, [](auto s) { return choose(s < 0, s, 0); });
#endif
}
