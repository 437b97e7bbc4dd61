// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: only_linear_takes_what_gather_makes<tenon::gathered<tenon::param<tenon::f32, n_expert,
// n_hidden, n_embd>, tenon::indices<n_expert, batch, seq, n_active>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, chosen_experts expert) {
#ifdef MISTAKE
  return x * gather(w, expert);
#else
  return linear(x, gather(w, expert));
#endif
}
