// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: layer_does_not_take<block, .*n_embd>, .*n_embd> ?>
#include "dims.hpp"

struct leaving {
  constexpr auto operator()(hidden_states x) const { return std::tuple(x + x, leave(x)); }
};
struct taking {
  constexpr auto operator()(hidden_states x, hidden_states skip) const { return x + skip; }
};
struct block {
  constexpr auto operator()(hidden_states x) const { return x + x; }
};
auto f(hidden_states x) {
  auto [y, skips] = repeat<n_layer>("a", leaving{}, x);
#ifdef MISTAKE
  return repeat<n_layer>("b", block{}, y, reversed(skips));
#else
  return repeat<n_layer>("b", taking{}, y, reversed(skips));
#endif
}
