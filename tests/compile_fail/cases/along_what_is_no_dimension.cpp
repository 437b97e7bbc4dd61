// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_derive_from_dim_or_dyn<positions_of_tokens>
#include "dims.hpp"

struct positions_of_tokens {};

auto f(hidden_states x) {
#ifdef MISTAKE
  return along<positions_of_tokens>(x);
#else
  return along<seq>(x);
#endif
}
