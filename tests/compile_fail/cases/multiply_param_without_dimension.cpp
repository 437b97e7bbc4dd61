// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_param_must_have_a_dimension<tenon::param<tenon::f32> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32> one, param<f32, n_embd> w) {
#ifdef MISTAKE
  return x * one;
#else
  return x * w;
#endif
}
