// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not<tenon::dims<batch, seq, n_dim>, n_embd
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq, n_dim> x) {
  auto rotation = nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x));
#ifdef MISTAKE
  return nn::rotate<n_embd>(x, rotation);
#else
  return nn::rotate<n_dim>(x, rotation);
#endif
}
