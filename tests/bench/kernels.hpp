// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Single kernels of GPT-2 124M as models of their own: its products, and its attention. Float is
// the type of weights and cache; all else is f32.
#pragma once
#include <tenon/tenon.hpp>

using namespace tenon;

struct rows : dyn<1, 512> {};
struct batch : dyn<1, 2> {};
struct seq : dyn<1, 1024> {};
struct n_block : dim<1024> {};
struct n_embd : dim<768> {};
struct n_qkv : dim<2304> {};
struct n_hidden : dim<3072> {};
struct n_vocab : dim<50257> {};
struct n_head : dim<12> {};

template <class Float, class In, class Out>
struct product {
  nn::linear<In, Out, Float> layer{"layer", gpt2_normal};
  constexpr auto operator()(input<"x", f32, rows, In> x) const {
    return outputs(output<"y">(layer(x)));
  }
};

template <class Float>
struct head {
  param<Float, n_vocab, n_embd> wte{"wte", gpt2_normal};
  constexpr auto operator()(input<"x", f32, rows, n_embd> x) const {
    return outputs(output<"y">(tied_head(x, wte)));
  }
};

template <class Float>
struct self_attention {
  kv_cache<Float, batch, n_block, n_embd> cache{"cache"};
  constexpr auto operator()(input<"qkv", f32, batch, seq, n_qkv> qkv) const {
    return outputs(output<"y">(causal_self_attention<n_head>(qkv, cache)));
  }
};

template <class Float>
struct c_attn : product<Float, n_embd, n_qkv> {};
template <class Float>
struct c_proj : product<Float, n_embd, n_embd> {};
template <class Float>
struct c_fc : product<Float, n_embd, n_hidden> {};
template <class Float>
struct mlp_c_proj : product<Float, n_hidden, n_embd> {};
