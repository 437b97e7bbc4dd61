// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return nn::rms_norm<n_embd, bf16>{"norm"}(x);
#else
  return nn::rms_norm<n_embd>{"norm"}(x);
#endif
}
