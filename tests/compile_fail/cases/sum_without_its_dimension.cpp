// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_reduction_needs_its_dimension_as_in_sum_D_x<tenon::tensor<
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return sum(x);
#else
  return sum<n_embd>(x);
#endif
}
