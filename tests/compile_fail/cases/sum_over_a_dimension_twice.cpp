// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_the_dimension_twice<n_embd, tenon::dims<n_embd, n_embd
#include "dims.hpp"

auto f(tensor<f32, n_embd, n_embd> x, tensor<f32, batch, n_embd> y) {
#ifdef MISTAKE
  return sum<n_embd>(x);
#else
  return sum<n_embd>(y);
#endif
}
