// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_the_last_of_weight<n_embd, n_hidden>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_vocab, n_hidden> head, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return tied_head(x, head);
#else
  return tied_head(x, wte);
#endif
}
