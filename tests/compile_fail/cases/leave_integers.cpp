// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32 ?>.*leave: needs
#include "dims.hpp"

struct block {
  tensor<i32, batch, seq> ids;
  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    return std::tuple(x + x, leave(ids));
#else
    return std::tuple(x + x, leave(x));
#endif
  }
};
auto f(hidden_states x, tensor<i32, batch, seq> ids) {
  auto [y, skips] = repeat<n_layer>("a", block{ids}, x);
  return y;
}
