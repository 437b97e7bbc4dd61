// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x, hidden_states y) {
#ifdef MISTAKE
  return stack<n_kv>(x, x);
#else
  return stack<n_kv>(y, y);
#endif
}
