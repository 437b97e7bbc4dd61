// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32
#include "dims.hpp"

struct n_half : dim<4> {};

auto f(tensor<f32, batch, n_half> a, tensor<bf16, batch, n_half> b) {
#ifdef MISTAKE
  return join<n_dim>(a, b);
#else
  return join<n_dim>(a, a);
#endif
}
