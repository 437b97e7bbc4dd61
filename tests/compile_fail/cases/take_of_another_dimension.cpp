// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_is_not<tenon::dims<batch, seq, n_embd>, n_expert
#include "dims.hpp"

auto f(hidden_states x, expert_scores scores, chosen_experts expert) {
#ifdef MISTAKE
  return take(x, expert);
#else
  return take(scores, expert);
#endif
}
