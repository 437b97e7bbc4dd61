// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_a_row_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(tensor<f32, batch, n_embd, seq> x, hidden_states y) {
#ifdef MISTAKE
  return regroup<n_embd, dims<n_head, n_dim>>(x);
#else
  return regroup<n_embd, dims<n_head, n_dim>>(y);
#endif
}
