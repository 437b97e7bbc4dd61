// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_must_be_a_kv_cache<tenon::param<tenon::f32, n_block, n_embd> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       param<f32, n_block, n_embd> wpe) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(qkv, wpe);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
