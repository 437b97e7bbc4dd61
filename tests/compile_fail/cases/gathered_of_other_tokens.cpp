// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_x_are_not_those_of_the_indices<tenon::dims<batch>, tenon::dims<batch,
// seq, n_active>
#include "dims.hpp"

auto f(tensor<f32, batch, n_embd> one, hidden_states x, expert_weights w, chosen_experts expert) {
#ifdef MISTAKE
  return linear(one, gather(w, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
