// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: both_have_the_dimension<seq, tenon::dims<batch, seq>, tenon::dims<seq, n_dim>
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x, tensor<f32, seq, n_dim> y, tensor<f32, n_dim> z) {
#ifdef MISTAKE
  return outer(x, y);
#else
  return outer(x, z);
#endif
}
