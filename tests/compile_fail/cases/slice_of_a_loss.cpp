// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_have_a_dimension<tenon::tensor<tenon::f32
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32> loss, tensor<f32, batch, seq, n_dim> x) {
#ifdef MISTAKE
  return slice<n_half>(loss);
#else
  return slice<n_half>(x);
#endif
}
