// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::f32, tenon::f64>
#include "dims.hpp"

auto f(hidden_states x, expert_weights w, param<f64, n_expert, n_hidden> wide,
       param<f32, n_expert, n_hidden> bias, chosen_experts expert) {
#ifdef MISTAKE
  return linear(x, gather(w, expert), gather(wide, expert));
#else
  return linear(x, gather(w, expert), gather(bias, expert));
#endif
}
