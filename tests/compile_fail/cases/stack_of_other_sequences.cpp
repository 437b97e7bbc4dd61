// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_before_the_last_are_not_those_of_the_first_part<tenon::dims<batch, n_embd>,
// tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, n_embd> y) {
#ifdef MISTAKE
  return stack<n_kv>(x, y);
#else
  return stack<n_kv>(x, x);
#endif
}
