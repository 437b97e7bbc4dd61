// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_param_has_more_dimensions_than_the_tensor<.*dims<n_embd>, .*dims<n_block, n_embd
#include "dims.hpp"

auto f(tensor<f32, n_embd> x, hidden_states y, param<f32, n_block, n_embd> table,
       param<f32, n_embd> w) {
#ifdef MISTAKE
  return x * table;
#else
  return x * w;
#endif
}
