// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: rows_of_earlier_tokens_need_a_kept<tenon::tensor<tenon::f32, batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, x);
#else
  return before<1>(x, kept);
#endif
}
