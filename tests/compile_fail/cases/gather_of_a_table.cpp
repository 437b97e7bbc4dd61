// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_param_needs_dimensions_behind_the_first<tenon::dims<n_expert>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_expert> table, expert_weights w, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(table, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
