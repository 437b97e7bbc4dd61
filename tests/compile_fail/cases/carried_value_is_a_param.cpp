// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::param<tenon::f32, n_embd> ?>.*layers, and tensors
#include "dims.hpp"

struct pair {
  constexpr auto operator()(hidden_states x, hidden_states y) const { return std::tuple(y, x); }
};
auto f(hidden_states x, param<f32, n_embd> w) {
#ifdef MISTAKE
  auto [y, z] = repeat<n_layer>("h", pair{}, x, w);
#else
  auto [y, z] = repeat<n_layer>("h", pair{}, x, x);
#endif
  return y + z;
  (void)w;
}
