// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_and_weight_have_no_dimension_in_common<tenon::dims<batch, seq, n_qkv>,
// tenon::dims<n_expert, n_hidden, n_embd>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, hidden_states x, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(qkv, gather(w, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
