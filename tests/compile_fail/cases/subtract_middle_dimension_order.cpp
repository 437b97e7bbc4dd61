// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_are_in_another_order<tenon::dims<n_embd, batch>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, n_embd, batch> y, tensor<f32, batch, n_embd> z) {
#ifdef MISTAKE
  return y - x;
#else
  return z - x;
#endif
}
