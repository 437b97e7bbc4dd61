// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x, expert_scores scores) {
#ifdef MISTAKE
  return top_k<seq, n_active>(x);
#else
  return top_k<n_expert, n_active>(scores);
#endif
}
