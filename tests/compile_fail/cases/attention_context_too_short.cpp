// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: time_may_exceed_the_context_of_the_cache<seq, n_half>
#include "dims.hpp"

struct n_half : dim<8> {};
auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       kv_cache<f32, batch, n_half, n_embd> other) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(qkv, other);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
