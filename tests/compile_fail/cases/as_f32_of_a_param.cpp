// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_embd> ?>
#include "dims.hpp"

auto f(param<f32, n_embd> weight, tensor<i32, n_embd> x) {
#ifdef MISTAKE
  return as_f32(weight);
#else
  return as_f32(x);
#endif
}
