// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: rows_of_earlier_tokens_need_a_kept<tenon::kv_cache<tenon::f32, batch, n_block, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, kv_cache<f32, batch, n_block, n_embd> cache, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, cache);
#else
  return before<1>(x, kept);
#endif
}
