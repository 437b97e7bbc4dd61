// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: bounds_of_a_dimension_are_reversed<upside_down>
#include "dims.hpp"

struct upside_down : dyn<16, 1> {};
auto f(hidden_states x, tensor<f32, batch, upside_down> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
