// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_a_gathered_bias_are_not<tenon::dims<n_expert, n_embd>,
// tenon::dims<n_expert, n_hidden>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, param<f32, n_expert, n_embd> narrow,
       param<f32, n_expert, n_hidden> bias, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(w, expert), gather(narrow, expert));
#else
  return linear(x, gather(w, expert), gather(bias, expert));
#endif
}
