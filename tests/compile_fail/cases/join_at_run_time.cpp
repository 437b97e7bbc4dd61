// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq>
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, n_half> a) {
#ifdef MISTAKE
  return join<seq>(a, a);
#else
  return join<n_dim>(a, a);
#endif
}
