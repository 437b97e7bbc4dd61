// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_before_the_last_are_not_those_of_the_first_part<tenon::dims<seq, n_half>,
// tenon::dims<batch, n_half>
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, n_half> a, tensor<f32, seq, n_half> b) {
#ifdef MISTAKE
  return join<n_dim>(a, b);
#else
  return join<n_dim>(a, a);
#endif
}
