// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_and_weight_have_no_dimension_in_common<tenon::dims<batch, seq, n_embd>, tenon::dims<n_vocab, n_hidden> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_vocab, n_hidden> head, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return tied_head(x, head);
#else
  return tied_head(x, wte);
#endif
}
