// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: pick_is_behind_the_end_of<2, n_kv, 2
#include "dims.hpp"

auto f(key_heads x) {
#ifdef MISTAKE
  return pick<n_kv, 2>(x);
#else
  return pick<n_kv, 1>(x);
#endif
}
