// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_type_must_be_f32_bf16_i32_or_f64<float>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return x + param<float, n_embd>{"bias", zeros};
#else
  return x + param<f32, n_embd>{"bias", zeros};
#endif
}
