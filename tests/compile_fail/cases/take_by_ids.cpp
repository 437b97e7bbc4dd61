// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: needs_indices_that_top_k_makes<tenon::tensor<tenon::i32, batch, seq, n_active>
#include "dims.hpp"

auto f(expert_scores scores, tensor<i32, batch, seq, n_active> ids, chosen_experts expert) {
#ifdef MISTAKE
  return take(scores, ids);
#else
  return take(scores, expert);
#endif
}
