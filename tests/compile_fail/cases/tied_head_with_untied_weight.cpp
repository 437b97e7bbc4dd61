// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_the_last_of_weight<n_embd, n_vocab>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd, n_vocab> head) {
#ifdef MISTAKE
  return tied_head(x, head);
#else
  return linear(x, head);
#endif
}
