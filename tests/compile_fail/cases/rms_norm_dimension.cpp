// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return nn::rms_norm<n_hidden>{"norm"}(x);
#else
  return nn::rms_norm<n_embd>{"norm"}(x);
#endif
}
