// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor_or_a_param<double
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x, tensor<f32, n_dim> z) {
#ifdef MISTAKE
  return outer(x, 2.0);
#else
  return outer(x, 2.0 * z);
#endif
}
