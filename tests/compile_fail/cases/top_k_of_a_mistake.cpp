// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_and_weight_have_no_dimension_in_common<tenon::dims<batch, seq, n_expert>, tenon::dims<
// n_vocab, n_embd>
#include "dims.hpp"

auto f(hidden_states x, expert_scores scores, param<f32, n_vocab, n_embd> head, expert_weights w) {
#ifdef MISTAKE
  auto [score, expert] = top_k<n_vocab, n_active>(linear(scores, head));
  return softmax<n_active>(score) * linear(x, gather(w, expert));
#else
  auto [score, expert] = top_k<n_vocab, n_active>(linear(x, head));
  return softmax<n_active>(score) * take(linear(x, tied(head)), expert);
#endif
}
