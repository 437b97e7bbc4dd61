// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_the_kept_are_not_batch_context_and_those_of_x<tenon::dims<batch, n_block,
// n_dim>, tenon::dims<batch, seq, n_kv, n_dim> ?>
#include "dims.hpp"

auto f(key_heads k, kept<f32, batch, n_block, n_dim> one,
       kept<f32, batch, n_block, n_kv, n_dim> all) {
#ifdef MISTAKE
  return before<1>(k, one);
#else
  return before<1>(k, all);
#endif
}
