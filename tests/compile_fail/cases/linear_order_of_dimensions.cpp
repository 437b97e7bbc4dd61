// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimensions_of_x_are_not_those_in_common_with_weight<tenon::dims<n_head, n_block>, tenon::dims<n_block, n_head> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_head, n_block> heads) {
#ifdef MISTAKE
  return linear(heads, param<f32, n_embd, n_block, n_head>{"w", zeros});
#else
  return linear(heads, param<f32, n_embd, n_head, n_block>{"w", zeros});
#endif
}
