// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_the_dimension_twice<n_kv, tenon::dims<batch, n_kv, n_group, n_dim, n_kv>
#include "dims.hpp"

auto f(tensor<f32, batch, n_kv, n_group, n_dim, n_kv> x, tensor<f32, batch, n_kv, n_kv> y) {
#ifdef MISTAKE
  return pick<n_kv, 0>(x);
#else
  return pick<n_kv, 0>(y);
#endif
}
