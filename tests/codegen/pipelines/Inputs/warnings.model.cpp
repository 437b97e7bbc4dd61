// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything that the DSL has, written so that strict warnings find nothing of the model's own.
#include <tenon/tenon.hpp>

using namespace tenon;

namespace {
struct batch : dyn<1, 2> {};
struct seq : dyn<1, 8> {};
struct n_block : dim<8> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_embd : dim<16> {};
struct n_qkv : dim<48> {};
struct n_vocab : dim<11> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct block {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::linear<n_embd, n_qkv> c_attn{"c_attn", gpt2_normal};
  nn::linear<n_embd, n_embd> c_proj{"c_proj", gpt2_scaled(n_layer::max)};
  nn::linear<n_embd, n_embd, bf16> narrow{"narrow", torch_linear(n_embd::max), false};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    x = x + c_proj(causal_self_attention<n_head>(c_attn(ln(x)), cache));
    return add(x, scale(gelu(narrow(x), gelu_erf), 0.5));
  }
};

struct strict_gpt {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_block, n_embd> wpe{"wpe.weight", uniform(0.1)};
  param<f32, n_embd> weight{"weight", ones}, bias{"bias", zeros};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    const auto first = fused(ids, [&](auto tokens) {
      return dropout(embedding(wte, tokens) + embedding(wpe, positions(tokens)), 0.1);
    });
    const auto last = layer_norm(repeat<n_layer>("h", block{}, first), weight, bias);
    const auto logits = tied_head(last, wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};
} // namespace

TENON_MODEL(strict, strict_gpt{});
