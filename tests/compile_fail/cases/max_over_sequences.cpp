// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_known_at_run_time_can_be_reduced_where_it_is_the_second<batch, tenon::dims<batch, seq, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return max<batch>(x);
#else
  return max<seq>(x);
#endif
}
