// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_must_have_1_dimension<tenon::param<tenon::f32, seq_max, n_embd> ?>
#include "dims.hpp"

struct seq_max : dim<16> {};
auto f(hidden_states x) {
#ifdef MISTAKE
  return layer_norm(x, param<f32, seq_max, n_embd>{"w", ones});
#else
  return layer_norm(x, param<f32, n_embd>{"w", ones});
#endif
}
