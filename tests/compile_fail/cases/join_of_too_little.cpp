// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parts_add_up_to<7, n_dim, 8
#include "dims.hpp"

struct n_half : dim<4> {};
struct three : dim<3> {};

auto f(tensor<f32, batch, n_half> a, tensor<f32, batch, three> b) {
#ifdef MISTAKE
  return join<n_dim>(a, b);
#else
  return join<n_dim>(a, a);
#endif
}
