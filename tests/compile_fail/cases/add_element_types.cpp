// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, tensor<bf16, batch, seq, n_embd> y) {
#ifdef MISTAKE
  return add(x, y);
#else
  return add(x, x);
#endif
}
