// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_used_twice<(tenon::)?fixed_name<11(UL)?>\{"attn.cache"\}, tenon::at_lines<[0-9]+,
// [0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  nn::linear<n_embd, n_qkv> c_attn{"attn.c_attn", gpt2_normal};
  kv_cache<f32, batch, n_block, n_embd> cache{"attn.cache"};
  kv_cache<f32, batch, n_block, n_embd> second{"attn.second_cache"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = causal_self_attention<n_head>(c_attn(embedding(wte, ids)), cache);
#ifdef MISTAKE
    auto y = causal_self_attention<n_head>(tied(c_attn)(x), cache);
#else
    auto y = causal_self_attention<n_head>(tied(c_attn)(x), second);
#endif
    return outputs(output<"y">(y));
  }
};
TENON_MODEL(model, model{});
