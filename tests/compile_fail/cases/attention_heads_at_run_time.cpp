// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: heads_must_be_a_dimension_known_at_compile_time<seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache) {
#ifdef MISTAKE
  return causal_self_attention<seq>(qkv, cache);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
