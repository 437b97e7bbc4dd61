// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: body_must_return_the_type_that_it_takes<tenon::left<.*n_embd> ?>, .*n_embd> ?>
#include "dims.hpp"

struct leaving {
  constexpr auto operator()(hidden_states x) const { return std::tuple(x + x, leave(x)); }
};
struct taking {
  constexpr auto operator()(hidden_states x, hidden_states skip) const { return x + skip; }
};
struct only_leaving {
  constexpr auto operator()(hidden_states x) const { return leave(x); }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  auto y = repeat<n_layer>("a", only_leaving{}, x);
#else
  auto [y, skips] = repeat<n_layer>("a", leaving{}, x);
#endif
  return y;
}
