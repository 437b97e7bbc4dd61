// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, tensor<bf16, batch, seq, n_embd> y) {
#ifdef MISTAKE
  return choose(x < 0, x, y);
#else
  return choose(x < 0, x, x + 1);
#endif
}
