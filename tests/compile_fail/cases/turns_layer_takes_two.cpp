// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: layer_does_not_take<pair, tenon::tensor<tenon::f32, batch, seq, n_embd> ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x + x; }
};
struct pair {
  constexpr auto operator()(hidden_states x, hidden_states y) const { return std::tuple(y, x); }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  return repeat<n_layer>("h", block{}, pair{}, x);
#else
  return repeat<n_layer>("h", block{}, block{}, x);
#endif
}
