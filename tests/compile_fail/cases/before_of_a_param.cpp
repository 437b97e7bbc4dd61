// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_vocab, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_vocab, n_embd> w, kept_rows kept) {
#ifdef MISTAKE
  return before<1>(w, kept);
#else
  return before<1>(x, kept);
#endif
}
