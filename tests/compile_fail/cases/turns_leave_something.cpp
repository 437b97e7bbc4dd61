// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: layers_that_take_turns_have_no_stacks_so_give_each_a_repeat_of_its_own<leaving ?>
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
#ifdef MISTAKE
  auto [y, skips] = repeat<n_layer>("a", block{}, leaving{}, x);
#else
  auto [y, skips] = repeat<n_layer>("a", leaving{}, x);
#endif
  return y + y;
  (void)skips;
}
