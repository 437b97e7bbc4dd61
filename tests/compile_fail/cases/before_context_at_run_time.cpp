// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_a_param_or_cache_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(hidden_states x, kept<f32, batch, seq, n_embd> open, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, open);
#else
  return before<1>(x, kept);
#endif
}
