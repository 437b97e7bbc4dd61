// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_head, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return nn::unit_rms<n_head>(x);
#else
  return nn::unit_rms<n_embd>(x);
#endif
}
