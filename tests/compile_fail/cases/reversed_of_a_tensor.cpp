// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: reversed_needs_what_layers_left<.*n_embd> ?>
#include "dims.hpp"

struct leaving {
  constexpr auto operator()(hidden_states x) const { return std::tuple(x + x, leave(x)); }
};
struct taking {
  constexpr auto operator()(hidden_states x, hidden_states skip) const { return x + skip; }
};
auto f(hidden_states x) {
  auto [y, skips] = repeat<n_layer>("a", leaving{}, x);
#ifdef MISTAKE
  return repeat<n_layer>("b", taking{}, y, reversed(y));
#else
  return repeat<n_layer>("b", taking{}, y, reversed(skips));
#endif
}
