// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_8_dimensions
#include "dims.hpp"

struct a : dim<2> {};
struct b : dim<2> {};
struct c : dim<2> {};
struct d : dim<2> {};
struct e : dim<2> {};

auto f(tensor<f32, a, b, c, d, e> x, tensor<f32, n_head, n_kv, n_group, n_dim> y,
       tensor<f32, n_kv, n_group, n_dim> z) {
#ifdef MISTAKE
  return outer(x, y);
#else
  return outer(x, z);
#endif
}
