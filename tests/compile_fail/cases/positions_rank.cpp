// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: ids_must_have_2_dimensions_batch_and_time<tenon::tensor<tenon::i32, seq> ?>
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, tensor<i32, seq> one) {
#ifdef MISTAKE
  return positions(one);
#else
  return positions(ids);
#endif
}
