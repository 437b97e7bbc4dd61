// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_a_row_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_kv> x, key_heads y) {
#ifdef MISTAKE
  return pick<n_kv, 0>(x);
#else
  return pick<n_dim, 0>(y);
#endif
}
