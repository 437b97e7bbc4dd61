// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: qkv_must_have_3_dimensions_batch_time_and_3C<tenon::tensor<tenon::f32, seq, n_qkv> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_qkv> qkv, kv_cache<f32, batch, n_block, n_embd> cache,
       tensor<f32, seq, n_qkv> one) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(one, cache);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
