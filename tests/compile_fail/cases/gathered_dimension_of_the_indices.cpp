// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: both_have_the_dimension<n_active, tenon::dims<n_expert, n_active, n_embd>, tenon::dims<batch, seq, n_active>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_expert, n_active, n_embd> other, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(other, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
