// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_gathered_weight_has_a_dimension_twice_so_name_one_otherwise<n_embd
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_expert, n_embd, n_embd> square, expert_weights w,
       chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(square, expert));
#else
  return linear(x, gather(w, expert));
#endif
}
