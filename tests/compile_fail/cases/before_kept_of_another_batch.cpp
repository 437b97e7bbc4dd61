// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_the_kept_are_not_batch_context_and_those_of_x<tenon::dims<other_batch,
// n_block, n_embd>, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

struct other_batch : dyn<1, 8> {};

auto f(hidden_states x, kept<f32, other_batch, n_block, n_embd> other, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, other);
#else
  return before<1>(x, kept);
#endif
}
