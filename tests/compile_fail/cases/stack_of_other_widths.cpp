// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_are_not_those_of_the_first_part<tenon::dims<batch, seq, n_hidden>,
// tenon::dims<batch,
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, n_hidden> y) {
#ifdef MISTAKE
  return stack<n_kv>(x, y);
#else
  return stack<n_kv>(x, x);
#endif
}
