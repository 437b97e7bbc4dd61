// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_block, n_embd> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_block, n_embd> wpe, param<f32, n_embd, n_vocab> w) {
#ifdef MISTAKE
  return linear(wpe, w);
#else
  return linear(x, w);
#endif
}
