// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: repeat_needs_a_layer_and_a_tensor<n_layer ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x + x; }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  return std::get<0>(repeat<n_layer>("h", x, x, x));
#else
  return repeat<n_layer>("h", block{}, x);
#endif
}
