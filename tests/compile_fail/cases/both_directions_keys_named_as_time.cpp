// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_keys_is_one_of_the_queries_too<seq, tenon::dims<batch, seq, n_kv, n_group>
// ?>
#include "dims.hpp"

struct other : dyn<1, 16> {};
struct longer : dyn<1, 17> {};

auto f(query_heads q, key_heads k) {
#ifdef MISTAKE
  return attention<n_dim, seq>(q, k, k, [](auto s) { return s * 2; });
#else
  return attention<n_dim, other>(q, k, k, [](auto s) { return s * 2; });
#endif
}
