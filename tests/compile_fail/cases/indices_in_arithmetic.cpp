// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: right_operand_must_be_a_tensor_a_param_or_a_number<tenon::indices<n_expert, batch, seq,
// n_active>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_active> score, chosen_experts expert) {
#ifdef MISTAKE
  return score * expert;
#else
  return score * 2;
#endif
}
