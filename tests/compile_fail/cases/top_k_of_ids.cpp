// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32
#include "dims.hpp"

auto f(tensor<i32, batch, n_expert> ids, tensor<f32, batch, n_expert> x) {
#ifdef MISTAKE
  return top_k<n_expert, n_active>(ids);
#else
  return top_k<n_expert, n_active>(x);
#endif
}
