// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: pick_of_the_last_dimension_is_one_of_at_most_16<n_embd, 32
#include "dims.hpp"

auto f(tensor<f32, batch, n_kv, n_embd> x) {
#ifdef MISTAKE
  return pick<n_embd, 0>(x);
#else
  return pick<n_kv, 0>(x);
#endif
}
