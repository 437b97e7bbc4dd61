// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return sum<n_hidden>(x);
#else
  return sum<n_embd>(x);
#endif
}
