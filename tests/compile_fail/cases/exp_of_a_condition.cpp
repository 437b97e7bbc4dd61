// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<tenon::detail::opposite
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return exp(!(x < 1));
#else
  return exp(choose(!(x < 1), x, 1));
#endif
}
