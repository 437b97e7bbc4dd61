// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parts_add_up_to<6, n_dim, 8
#include "dims.hpp"

struct n_half : dim<3> {};
struct n_rest : dim<2> {};

auto f(tensor<f32, batch, seq, n_dim> x) {
  auto rotation = nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x));
#ifdef MISTAKE
  return nn::rotate<n_dim>(x, rotation);
#else
  return nn::rotate<n_dim, n_rest>(x, rotation);
#endif
}
