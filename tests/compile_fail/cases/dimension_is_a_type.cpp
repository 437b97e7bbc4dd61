// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_derive_from_dim_or_dyn<float>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, float> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
