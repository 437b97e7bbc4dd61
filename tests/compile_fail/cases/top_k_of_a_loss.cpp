// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_have_a_dimension<tenon::tensor<tenon::f32>
#include "dims.hpp"

auto f(tensor<f32> loss, expert_scores scores) {
#ifdef MISTAKE
  return top_k<n_expert, n_active>(loss);
#else
  return top_k<n_expert, n_active>(scores);
#endif
}
