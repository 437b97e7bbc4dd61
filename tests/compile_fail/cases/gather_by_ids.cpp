// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: needs_indices_that_top_k_makes<tenon::tensor<tenon::i32, batch, seq, n_active>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, tensor<i32, batch, seq, n_active> ids,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(w, ids));
#else
  return linear(x, gather(w, expert));
#endif
}
