// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_weight_needs_a_gathered_bias<tenon::param<tenon::f32, n_hidden>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, param<f32, n_hidden> bias, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(w, expert), bias);
#else
  return linear(x, gather(w, expert)) + bias;
#endif
}
