// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: slice_ends_behind_the_end_of<n_half, 9, n_dim, 8
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq, n_dim> x) {
#ifdef MISTAKE
  return slice<n_half, 5>(x);
#else
  return slice<n_half, 4>(x);
#endif
}
