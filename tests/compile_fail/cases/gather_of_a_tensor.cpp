// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_must_be_a_param<tenon::tensor<tenon::f32, n_expert, n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, n_expert, n_hidden, n_embd> made, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(made, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
