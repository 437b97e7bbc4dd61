// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: ids_must_be_a_tensor_of_i32<tenon::indices<n_expert, batch, seq, n_active>
#include "dims.hpp"

auto f(param<f32, n_vocab, n_embd> wte, tensor<i32, batch, seq> ids, chosen_experts expert) {
#ifdef MISTAKE
  return embedding(wte, expert);
#else
  return embedding(wte, ids);
#endif
}
