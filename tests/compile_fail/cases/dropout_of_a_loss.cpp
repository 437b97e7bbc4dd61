// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_have_a_dimension<tenon::tensor<tenon::f32> ?>
#include "dims.hpp"

auto f(tensor<f32> loss) {
#ifdef MISTAKE
  return dropout(loss, 0.1);
#else
  return scale(loss, 0.1);
#endif
}
