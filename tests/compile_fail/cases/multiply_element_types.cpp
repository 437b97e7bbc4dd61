// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, param<bf16, n_embd> gain, param<f32, n_embd> fitting) {
#ifdef MISTAKE
  return x * gain;
#else
  return x * fitting;
#endif
}
