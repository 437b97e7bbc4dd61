// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_x_are_not_those_of_the_indices<tenon::dims<batch, n_expert>,
// tenon::dims<batch, seq, n_active>
#include "dims.hpp"

auto f(tensor<f32, batch, n_expert> one, expert_scores scores, chosen_experts expert) {
#ifdef MISTAKE
  return take(one, expert);
#else
  return take(scores, expert);
#endif
}
