// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: bounds_of_a_dimension_are_reversed<reversed>
#include "dims.hpp"

struct reversed : dyn<16, 1> {};
auto f(hidden_states x, tensor<f32, batch, reversed> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
