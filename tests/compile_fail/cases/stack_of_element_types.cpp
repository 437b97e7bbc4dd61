// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_types_differ<tenon::f64, tenon::f32>
#include "dims.hpp"

auto f(hidden_states x, tensor<f64, batch, seq, n_embd> y) {
#ifdef MISTAKE
  return stack<n_kv>(x, y);
#else
  return stack<n_kv>(x, x);
#endif
}
