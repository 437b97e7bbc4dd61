// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_hold_at_least_1_element<nothing>
#include "dims.hpp"

struct nothing : dim<0> {};
auto f(hidden_states x, tensor<f32, batch, nothing> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
