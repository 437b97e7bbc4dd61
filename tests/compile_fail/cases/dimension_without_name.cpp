// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_be_a_struct_with_a_name_of_its_own<tenon::dim<32U?> ?>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, dim<32>> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
