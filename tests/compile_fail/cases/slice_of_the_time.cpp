// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq>
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq> x, tensor<f32, batch, n_dim> y) {
#ifdef MISTAKE
  return slice<n_half>(x);
#else
  return slice<n_half>(y);
#endif
}
