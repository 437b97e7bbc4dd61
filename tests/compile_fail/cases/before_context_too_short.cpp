// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: time_may_exceed_the_context_of_the_cache<seq, n_kv>
#include "dims.hpp"

auto f(hidden_states x, kept<f32, batch, n_kv, n_embd> few, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, few);
#else
  return before<1>(x, kept);
#endif
}
