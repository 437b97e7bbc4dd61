// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: channels_are_not_a_multiple_of_heads<n_embd, five_heads>
#include "dims.hpp"

struct five_heads : dim<5> {};
auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache) {
#ifdef MISTAKE
  return causal_self_attention<five_heads>(qkv, cache);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
