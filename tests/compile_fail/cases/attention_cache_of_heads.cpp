// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_must_have_3_dimensions_batch_context_and_C<tenon::dims<batch, n_block, n_kv, n_dim>
// ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       key_cache heads) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(qkv, heads);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
