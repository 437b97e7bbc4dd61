// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_have_dimensions_batch_time_and_more<tenon::dims<batch, seq> ?>
#include "dims.hpp"

auto f(hidden_states x, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(sum<n_embd>(x), kept);
#else
  return sum<n_embd>(before<1>(x, kept));
#endif
}
