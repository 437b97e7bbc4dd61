// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return 2 * sum<n_embd>(exp(sum<n_hidden>(x))) + max<n_embd>(x);
#else
  return 2 * sum<n_embd>(exp(x)) + max<n_embd>(x);
#endif
}
