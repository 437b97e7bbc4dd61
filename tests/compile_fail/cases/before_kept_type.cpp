// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::bf16, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, kept<bf16, batch, n_block, n_embd> narrow, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(x, narrow);
#else
  return before<1>(x, kept);
#endif
}
