// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_is_not<tenon::dims<batch, seq, n_embd>, n_expert
#include "dims.hpp"

auto f(hidden_states x, expert_scores scores) {
#ifdef MISTAKE
  return top_k<n_expert, n_active>(x);
#else
  return top_k<n_expert, n_active>(scores);
#endif
}
