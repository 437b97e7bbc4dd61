// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: regroup_needs_a_dimension_at_least
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return regroup<n_embd, dims<>>(x);
#else
  return regroup<n_embd, dims<n_head, n_dim>>(x);
#endif
}
