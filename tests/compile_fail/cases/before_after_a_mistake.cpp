// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_hidden> wide, param<f32, n_embd> gain, kept_rows kept) {
#ifdef MISTAKE
  auto [x1, x2] = before<1, 2>(x * wide, kept);
  return x + x1 + x2;
#else
  auto [x1, x2] = before<1, 2>(x * gain, kept);
  return x + x1 + x2;
#endif
}
