// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_bias_has_one_dimension_behind_the_first<tenon::dims<n_expert, n_head, n_dim>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_expert, n_head, n_dim, n_embd> heads,
       param<f32, n_expert, n_head, n_dim> of_heads, expert_weights w,
       param<f32, n_expert, n_hidden> bias, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(heads, expert), gather(of_heads, expert));
#else
  return linear(x, gather(w, expert), gather(bias, expert));
#endif
}
