// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: repeat_has_at_most_10_layers_and_values<11 ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x + x; }
};
auto f(hidden_states x) {
  block b;
#ifdef MISTAKE
  return repeat<n_layer>("h", b, b, b, b, b, b, b, b, b, b, x);
#else
  return repeat<n_layer>("h", b, b, b, b, b, b, b, b, b, x);
#endif
}
