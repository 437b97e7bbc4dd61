// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: batch_of_qkv_is_not_that_of_the_cache<batch, beams>
#include "dims.hpp"

struct beams : dyn<1, 8> {};
auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       kv_cache<f32, beams, n_block, n_embd> other) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(qkv, other);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
