// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: weight_is_stored_out_in_so_transpose_it_or_use_tied_head<n_vocab, n_embd>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return linear(x, wte);
#else
  return tied_head(x, wte);
#endif
}
