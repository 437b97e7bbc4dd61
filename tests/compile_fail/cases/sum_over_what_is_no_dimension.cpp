// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_derive_from_dim_or_dyn<no_dimension>
#include "dims.hpp"

struct no_dimension {};

auto f(hidden_states x) {
#ifdef MISTAKE
  return sum<no_dimension>(x);
#else
  return sum<n_embd>(x);
#endif
}
