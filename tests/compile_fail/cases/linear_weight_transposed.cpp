// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_is_stored_out_in_so_transpose_it_or_use_tied_head<n_hidden, n_embd>
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_hidden, n_embd>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_hidden>{"w", zeros});
#endif
}
