// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_dimension_must_derive_from_dim_or_dyn<int>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache) {
#ifdef MISTAKE
  return causal_self_attention<int>(qkv, cache);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
