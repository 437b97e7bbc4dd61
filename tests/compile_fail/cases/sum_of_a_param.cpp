// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<
#include "dims.hpp"

auto f(param<f32, n_vocab, n_embd> w, hidden_states x) {
#ifdef MISTAKE
  return sum<n_embd>(w);
#else
  return sum<n_embd>(x);
#endif
}
