// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::f32, tenon::f64>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f64, n_embd, n_vocab>{"w", zeros});
#else
  return linear(x, param<bf16, n_embd, n_vocab>{"w", zeros});
#endif
}
