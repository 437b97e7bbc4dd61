// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: pick_needs_a_dimension_beside<n_kv, tenon::dims<n_kv>
#include "dims.hpp"

auto f(tensor<f32, n_kv> x, tensor<f32, n_kv, n_dim> y) {
#ifdef MISTAKE
  return pick<n_kv, 0>(x);
#else
  return pick<n_kv, 0>(y);
#endif
}
