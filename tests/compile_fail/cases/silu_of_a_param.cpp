// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_embd> ?>.*an activation needs
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd> w) {
#ifdef MISTAKE
  return nn::silu(w);
#else
  return nn::silu(w * x);
#endif
}
