// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_vocab, n_embd> ?>.*repeat<L>: needs
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x; }
};
auto f(hidden_states x, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return repeat<n_layer>("h", block{}, wte);
#else
  return repeat<n_layer>("h", block{}, x);
#endif
  (void)wte;
}
