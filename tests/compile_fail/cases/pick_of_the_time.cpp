// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(hidden_states x, key_heads y) {
#ifdef MISTAKE
  return pick<seq, 0>(x);
#else
  return pick<n_kv, 0>(y);
#endif
}
