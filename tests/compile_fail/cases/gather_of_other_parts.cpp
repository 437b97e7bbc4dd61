// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: first_dimension_of_the_param_is_not_what_the_indices_count<n_expert,
// tenon::dims<n_head, n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_head, n_hidden, n_embd> other, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(other, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
