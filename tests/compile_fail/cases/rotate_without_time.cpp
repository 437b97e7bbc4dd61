// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<seq, tenon::dims<batch, n_dim>
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq, n_dim> x, tensor<f32, batch, n_dim> y) {
  auto rotation = nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x));
#ifdef MISTAKE
  return nn::rotate<n_dim>(y, rotation);
#else
  return nn::rotate<n_dim>(x, rotation);
#endif
}
