// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_2_to_the_48_elements<
#include "dims.hpp"

struct million : dim<1 << 20> {};
struct wide : dim<1 << 28> {};
struct wider : dim<(1 << 28) + 1> {};
auto f(tensor<f32, million, wide> x, tensor<f32, million, wider> y) {
#ifdef MISTAKE
  return scale(y, 2);
#else
  return scale(x, 2);
#endif
  (void)y;
}
