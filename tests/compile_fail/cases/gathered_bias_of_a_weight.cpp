// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_bias_needs_a_gathered_weight<tenon::param<tenon::f32, n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x, expert_weights of_each, param<f32, n_hidden, n_embd> w,
       param<f32, n_expert, n_hidden> bias, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, w, gather(bias, expert));
#else
  return linear(x, gather(of_each, expert), gather(bias, expert));
#endif
}
