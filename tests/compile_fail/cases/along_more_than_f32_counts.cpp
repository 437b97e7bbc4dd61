// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: f32_counts_exactly_to_2_to_the_24_only<too_many>
#include "dims.hpp"

struct too_many : dim<16777217> {};
struct just_exact : dim<16777216> {};

auto f(hidden_states x) {
#ifdef MISTAKE
  return along<too_many>(x);
#else
  return along<just_exact>(x);
#endif
}
