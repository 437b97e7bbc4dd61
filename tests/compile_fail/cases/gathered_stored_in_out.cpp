// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_weight_is_stored_out_in_within_each_part<tenon::dims<n_embd>,
// tenon::dims<n_expert, n_embd, n_hidden>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_expert, n_embd, n_hidden> in_out, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(in_out, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
