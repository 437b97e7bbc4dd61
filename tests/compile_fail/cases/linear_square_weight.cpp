// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_has_a_dimension_twice_so_use_nn_linear_or_nn_torch_linear<n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd, n_embd>{"w", zeros});
#else
  return nn::torch_linear<n_embd, n_embd>{"w", zeros}(x);
#endif
}
