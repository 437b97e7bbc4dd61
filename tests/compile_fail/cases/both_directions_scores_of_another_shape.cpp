// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: function_must_return_what_has_the_type_of_the_scores<tenon::tensor<tenon::f32, batch>,
// tenon::tensor<tenon::f32, batch, seq, n_kv, n_group, other>
#include "dims.hpp"

struct other : dyn<1, 16> {};
struct longer : dyn<1, 17> {};

auto f(query_heads q, key_heads k, tensor<f32, batch> x) {
#ifdef MISTAKE
  return attention<n_dim, other>(q, k, k, [&](auto) { return x + 1; });
#else
  return attention<n_dim, other>(q, k, k, [&](auto s) { return s + x; });
#endif
}
