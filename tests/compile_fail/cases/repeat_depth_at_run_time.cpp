// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: depth_must_be_a_dimension_known_at_compile_time<seq>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return x; }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  return repeat<seq>("h", block{}, x);
#else
  return repeat<n_layer>("h", block{}, x);
#endif
}
