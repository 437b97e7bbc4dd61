// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, tensor<bf16, batch, seq, n_embd> y) {
#ifdef MISTAKE
  return choose(x < 0 || y < 0, x, 0);
#else
  return choose(x < 0 || x > 1, x, 0);
#endif
}
