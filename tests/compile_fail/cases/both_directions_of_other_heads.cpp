// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: heads_of_k_are_not_the_first_heads_of_q<tenon::dims<n_group>, tenon::dims<n_kv, n_group>
// ?>
#include "dims.hpp"

struct other : dyn<1, 16> {};
struct longer : dyn<1, 17> {};

auto f(query_heads q, key_heads k, tensor<f32, batch, seq, n_group, n_dim> x) {
#ifdef MISTAKE
  return attention<n_dim, other>(q, x, x, [](auto s) { return s * 2; });
#else
  return attention<n_dim, other>(q, k, k, [](auto s) { return s * 2; });
#endif
}
