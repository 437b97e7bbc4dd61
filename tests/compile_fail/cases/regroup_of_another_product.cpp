// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: products_of_dimensions_differ<tenon::dims<n_embd>, 32, tenon::dims<n_kv, n_dim>, 16
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return regroup<n_embd, dims<n_kv, n_dim>>(x);
#else
  return regroup<n_embd, dims<n_head, n_dim>>(x);
#endif
}
