// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: bounds_of_the_dimension_of_keys_are_not_those_of_time<longer, seq>
#include "dims.hpp"

struct other : dyn<1, 16> {};
struct longer : dyn<1, 17> {};

auto f(query_heads q, key_heads k) {
#ifdef MISTAKE
  return attention<n_dim, longer>(q, k, k);
#else
  return attention<n_dim, other>(q, k, k);
#endif
}
