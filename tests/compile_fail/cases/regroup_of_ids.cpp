// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>
#include "dims.hpp"

auto f(tensor<i32, batch, n_embd> x, hidden_states y) {
#ifdef MISTAKE
  return regroup<n_embd, dims<n_head, n_dim>>(x);
#else
  return regroup<n_embd, dims<n_head, n_dim>>(y);
#endif
}
