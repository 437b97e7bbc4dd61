// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: needs_the_rotation_that_rotary_makes<tenon::tensor<tenon::f32, seq, n_half>
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq, n_dim> x) {
  auto rotation = nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x));
#ifdef MISTAKE
  return nn::rotate<n_dim>(x, rotation.cosines);
#else
  return nn::rotate<n_dim>(x, rotation);
#endif
}
