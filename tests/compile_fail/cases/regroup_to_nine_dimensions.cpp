// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_8_dimensions<tenon::tensor<tenon::f32, batch, seq, n_kv
#include "dims.hpp"

struct a : dim<2> {};
struct b : dim<2> {};
struct c : dim<2> {};
struct d : dim<1> {};
struct e : dim<1> {};

auto f(query_heads x) {
#ifdef MISTAKE
  return regroup<n_dim, dims<a, b, c, d, e>>(x);
#else
  return regroup<n_dim, dims<a, b, c, d>>(x);
#endif
}
