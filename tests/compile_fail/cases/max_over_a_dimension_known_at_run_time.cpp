// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_reduction_needs_a_dimension_known_at_compile_time<seq>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return max<seq>(x);
#else
  return max<n_embd>(x);
#endif
}
