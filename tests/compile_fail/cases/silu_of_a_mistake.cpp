// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_hidden> wide, param<f32, n_embd> gain) {
#ifdef MISTAKE
  return nn::silu(x * wide) + x;
#else
  return nn::silu(x * gain) + x;
#endif
}
