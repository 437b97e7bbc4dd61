// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: body_does_not_take<block, tenon::tensor<tenon::f32, batch, seq, n_hidden> ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x; }
};
auto f(hidden_states x, tensor<f32, batch, seq, n_hidden> y) {
#ifdef MISTAKE
  return repeat<n_layer>("h", block{}, y);
#else
  return repeat<n_layer>("h", block{}, x);
#endif
  (void)y;
}
