// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_and_bias_are_gathered_by_indices_of_other_dimensions<tenon::dims<batch, seq,
// n_active>, tenon::dims<batch, n_active>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, param<f32, n_expert, n_hidden> bias,
       chosen_experts expert, indices<n_expert, batch, n_active> other) {
#ifdef MISTAKE
  return linear(x, gather(w, expert), gather(bias, other));
#else
  return linear(x, gather(w, expert), gather(bias, expert));
#endif
}
