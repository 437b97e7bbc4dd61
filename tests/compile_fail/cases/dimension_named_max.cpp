// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_cannot_be_named_min_or_max<(named::)?max>
#include "dims.hpp"

namespace named {
struct max : dim<32> {};
}  // namespace named
auto f(hidden_states x, tensor<f32, batch, named::max> bad) {
#ifdef MISTAKE
  return dropout(bad, 0.1);
#else
  return dropout(x, 0.1);
#endif
}
