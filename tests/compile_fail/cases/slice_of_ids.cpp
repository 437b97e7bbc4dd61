// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<i32, batch, n_dim> ids, tensor<f32, batch, n_dim> x) {
#ifdef MISTAKE
  return slice<n_half>(ids);
#else
  return slice<n_half>(x);
#endif
}
