// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: layers_that_take_turns_have_no_stacks_so_give_each_a_repeat_of_its_own<n_layer ?>
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
  return repeat<n_layer>("b", taking{}, taking{}, y, skips);
#else
  return repeat<n_layer>("b", taking{}, y, skips);
#endif
}
