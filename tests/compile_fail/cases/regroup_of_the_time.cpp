// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return regroup<dims<seq, n_embd>, n_hidden>(x);
#else
  return regroup<n_embd, dims<n_head, n_dim>>(x);
#endif
}
