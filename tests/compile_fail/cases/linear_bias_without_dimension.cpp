// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimensions_of_bias_are_not_those_that_only_weight_has<tenon::dims<>, tenon::dims<n_hidden> ?>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32>{"b", zeros});
#else
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros}, param<f32, n_hidden>{"b", zeros});
#endif
}
