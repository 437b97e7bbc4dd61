// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_qkv_is_not_3_times_C_of_the_cache<n_embd, n_embd>
#include "dims.hpp"

auto f(hidden_states x, tensor<f32, batch, seq, n_qkv> qkv,
       kv_cache<f32, batch, n_block, n_embd> cache) {
#ifdef MISTAKE
  return causal_self_attention<n_head>(x, cache);
#else
  return causal_self_attention<n_head>(qkv, cache);
#endif
}
