// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_a_param_or_cache_must_be_known_at_compile_time<seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       kv_cache<f32, batch, seq, n_embd> other) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(qkv, other);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
