// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<n_embd, tenon::dims<batch, seq, n_expert>
#include "dims.hpp"

auto f(expert_scores scores) {
#ifdef MISTAKE
  return softmax<n_embd>(scores);
#else
  return softmax<n_expert>(scores);
#endif
}
