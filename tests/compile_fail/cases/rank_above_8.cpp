// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_8_dimensions<
#include "dims.hpp"

using most = tensor<f32, seq, seq, seq, seq, seq, seq, seq, n_embd>;
using more = tensor<f32, seq, seq, seq, seq, seq, seq, seq, seq, n_embd>;
auto f(most x, more y) {
#ifdef MISTAKE
  return scale(y, 2);
#else
  return scale(x, 2);
#endif
  (void)y;
}
