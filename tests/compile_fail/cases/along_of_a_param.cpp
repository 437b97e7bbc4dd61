// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
  param<f32, n_embd> weight{"w", ones};
#ifdef MISTAKE
  return x + along<n_embd>(weight);
#else
  return x + along<n_embd>(x * weight);
#endif
}
