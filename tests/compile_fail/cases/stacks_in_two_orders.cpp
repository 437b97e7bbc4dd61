// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: stacks_are_in_two_orders<n_layer ?>
#include "dims.hpp"

struct leaving {
  constexpr auto operator()(hidden_states x) const { return std::tuple(x + x, leave(x)); }
};
struct taking {
  constexpr auto operator()(hidden_states x, hidden_states skip) const { return x + skip; }
};
struct taking_two {
  constexpr auto operator()(hidden_states x, hidden_states s, hidden_states t) const {
    return x + s + t;
  }
};
auto f(hidden_states x) {
  auto [y, s] = repeat<n_layer>("a", leaving{}, x);
  auto [z, t] = repeat<n_layer>("b", leaving{}, y);
#ifdef MISTAKE
  return repeat<n_layer>("c", taking_two{}, z, s, reversed(t));
#else
  return repeat<n_layer>("c", taking_two{}, z, reversed(s), reversed(t));
#endif
}
