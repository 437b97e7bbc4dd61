// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A GPT of one layer norm, attention and head: every kind of record that the DSL writes.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_embd : dim<4> {};
struct n_qkv : dim<12> {};
struct n_block : dim<8> {};
struct n_vocab : dim<9> {};

struct block {
  nn::layer_norm<n_embd> ln{"ln", true};
  nn::linear<n_embd, n_qkv> qkv{"qkv", gpt2_normal, true};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    return x + gelu(causal_self_attention<n_head>(qkv(ln(x)), cache), gelu_erf);
  }
};

struct tiny_model {
  param<f32, n_vocab, n_embd> wte{"wte", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), 0.25);
    });
    x = repeat<n_layer>("h", block{}, x);
    auto logits = tied_head(x, wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets, -1)));
  }
};

TENON_MODEL(tiny, tiny_model{});
