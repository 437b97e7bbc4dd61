// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: body_returns_nothing<block ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    x = x + x;
#else
    return x + x;
#endif
  }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  return repeat<n_layer>("h", block{}, x);
#else
  return repeat<n_layer>("h", block{}, x);
#endif
}
