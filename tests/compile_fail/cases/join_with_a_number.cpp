// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<double
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, n_half> a) {
#ifdef MISTAKE
  return join<n_dim>(a, 0.0);
#else
  return join<n_dim>(a, 0.0 * a);
#endif
}
