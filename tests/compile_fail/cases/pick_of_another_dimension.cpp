// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_kv, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, key_heads y) {
#ifdef MISTAKE
  return pick<n_kv, 0>(x);
#else
  return pick<n_kv, 0>(y);
#endif
}
