// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_the_kept_are_not_batch_context_and_those_of_x<tenon::dims<batch, n_block,
// n_hidden>, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, kept<f32, batch, n_block, n_hidden> wide, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, wide);
#else
  return before<1>(x, kept);
#endif
}
