// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<part>
#include "dims.hpp"

struct part : dyn<1, 4> {};
struct n_half : dim<4> {};

auto f(tensor<f32, batch, seq, n_dim> x) {
#ifdef MISTAKE
  return slice<part>(x);
#else
  return slice<n_half>(x);
#endif
}
