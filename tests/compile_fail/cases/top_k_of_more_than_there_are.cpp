// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: top_k_takes_more_than_there_are<n_expert, 8, n_active, 2
#include "dims.hpp"

auto f(tensor<f32, batch, n_active> x, tensor<f32, batch, n_expert> y) {
#ifdef MISTAKE
  return top_k<n_active, n_expert>(x);
#else
  return top_k<n_expert, n_active>(y);
#endif
}
