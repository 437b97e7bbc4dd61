// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two models in one object: a GPT of one small layer with its loss, and a sum.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 8> {};
struct n_block : dim<8> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_embd : dim<16> {};
struct n_qkv : dim<48> {};
struct n_vocab : dim<11> {};

struct block {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::linear<n_embd, n_qkv> c_attn{"c_attn", gpt2_normal};
  nn::linear<n_embd, n_embd> c_proj{"c_proj", gpt2_normal};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    return x + c_proj(causal_self_attention<n_head>(c_attn(ln(x)), cache));
  }
};

struct small_gpt {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln_f{"ln_f"};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), 0.1);
    });
    x = repeat<n_layer>("h", block{}, x);
    auto logits = tied_head(ln_f(x), wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

struct sum_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    return outputs(output<"y">(x + x));
  }
};

TENON_MODEL(small, small_gpt{});
TENON_MODEL(sum, sum_model{});
