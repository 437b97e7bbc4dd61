// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_and_weight_have_no_dimension_in_common<tenon::dims<batch, seq, n_embd>, tenon::dims<n_other, n_vocab> ?>
#include "dims.hpp"

struct n_other : dim<n_embd::max> {};
auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_other, n_vocab>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
