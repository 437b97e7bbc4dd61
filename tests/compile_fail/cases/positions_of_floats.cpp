// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: ids_must_be_a_tensor_of_i32<.*positions: needs ids
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, tensor<f32, batch, seq> x) {
#ifdef MISTAKE
  return positions(x);
#else
  return positions(ids);
#endif
}
