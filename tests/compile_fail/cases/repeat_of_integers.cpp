// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32 ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(tensor<i32, batch, seq> x) const { return x; }
};
struct floats {
  constexpr auto operator()(hidden_states x) const { return x + x; }
};
auto f(tensor<i32, batch, seq> ids, hidden_states x) {
#ifdef MISTAKE
  return repeat<n_layer>("h", block{}, ids);
#else
  return repeat<n_layer>("h", floats{}, x);
#endif
  (void)ids;
}
