// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_a_param_or_cache_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return x + param<f32, seq, n_embd>{"wpe.weight", gpt2_normal};
#else
  return x + param<f32, n_embd>{"bias", gpt2_normal};
#endif
}
