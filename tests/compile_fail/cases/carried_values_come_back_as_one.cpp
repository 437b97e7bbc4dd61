// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: layer_must_return_a_std_tuple_of_the_types_that_it_takes<.*n_embd>, .*n_embd>, .*n_qkv>
// ?>
#include "dims.hpp"

using wide = tensor<f32, batch, seq, n_qkv>;
struct one {
  constexpr auto operator()(hidden_states x, wide) const { return x + x; }
};
struct both {
  constexpr auto operator()(hidden_states x, wide y) const { return std::tuple(x + x, y); }
};
auto f(hidden_states x, wide y) {
#ifdef MISTAKE
  auto [a, b] = repeat<n_layer>("h", one{}, x, y);
#else
  auto [a, b] = repeat<n_layer>("h", both{}, x, y);
#endif
  return a + a;
  (void)b;
}
