// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_are_in_another_order<tenon::dims<seq, batch, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, seq, batch, n_embd> y, hidden_states z) {
#ifdef MISTAKE
  return x + y;
#else
  return x + z;
#endif
}
