// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: frequencies_must_have_1_dimension<tenon::tensor<tenon::f32, batch, n_half
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, n_half> each, tensor<f32, seq, n_half> x) {
#ifdef MISTAKE
  return nn::rotary<seq>(x, each);
#else
  return nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x));
#endif
}
