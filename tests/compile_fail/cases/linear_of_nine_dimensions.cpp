// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_8_dimensions<
#include "dims.hpp"

struct a : dim<2> {};
struct b : dim<2> {};
struct c : dim<2> {};
struct d : dim<2> {};

auto f(tensor<f32, batch, seq, a, b, c, n_embd> x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_head, d, n_block, n_vocab, n_embd>{"w", zeros});
#else
  return linear(x, param<f32, n_head, d, n_block, n_embd>{"w", zeros});
#endif
}
