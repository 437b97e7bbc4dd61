// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Products by names: weights (out, in) and (in, out), heads as dimensions, sums over several
// dimensions, biases of several, square weights; what follows them in their kernels, what cannot,
// and their gradients.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 9> {};
struct n_vocab : dim<37> {};
struct n_place : dim<9> {};
struct n_layer : dim<2> {};
struct n_embd : dim<20> {};
struct n_qkv : dim<60> {};
struct n_head : dim<4> {};
struct n_kv : dim<3> {};
struct n_group : dim<2> {};
struct n_dim : dim<11> {};
struct n_even : dim<26> {};  // by twice as many columns the random words of dropout come in fours
struct n_hidden : dim<65> {};
struct one : dim<1> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using ids_of = input<"ids", i32, batch, seq>;
using targets_of = input<"targets", i32, batch, seq>;

constexpr auto with_loss(auto logits, auto targets) {
  return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
}

struct parts {
  param<f32, n_vocab, n_embd> wte{"wte", normal(0.3)};
  nn::torch_linear<n_embd, n_vocab> head{"head", normal(0.3)};

  constexpr hidden_states token(ids_of ids) const { return embedding(wte, ids); }
};

// PyTorch's form all through, as Llama's and NeoX's files have it.
struct torch_layer {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::torch_linear<n_embd, n_hidden> gate{"gate", normal(0.3), false}, up{"up", normal(0.3)};
  nn::torch_linear<n_hidden, n_embd> down{"down"};
  nn::torch_linear<n_embd, n_embd> square{"square"};

  constexpr auto operator()(hidden_states x) const {
    auto n = ln(x);
    return x + square(down(nn::silu(gate(n)) * up(n)));
  }
};
struct torch_layers : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(repeat<n_layer>("h", torch_layer{}, token(ids))), targets);
  }
};

// Heads as dimensions, in weights of both orders; K of one, two and three dimensions.
struct heads_layer {
  param<f32, n_kv, n_group, n_dim, n_embd> q{"q", normal(0.3)};
  param<f32, n_kv, n_group, n_dim> q_bias{"q_bias", normal(0.3)};
  param<f32, n_embd, n_kv, n_dim> k{"k", normal(0.3)};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"o", normal(0.3)};
  param<f32, n_kv, n_dim, n_embd> p{"p", normal(0.3)};
  param<f32, n_embd> p_bias{"p_bias", normal(0.3)};

  constexpr auto operator()(hidden_states x) const {
    auto a = gelu(linear(x, q, q_bias), gelu_tanh);
    auto b = tanh(linear(x, k));
    return x + linear(a, o) + linear(b, p, p_bias);
  }
};
struct heads_layers : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(repeat<n_layer>("h", heads_layer{}, token(ids))), targets);
  }
};

// What stands behind a product of several dimensions: operands of all of them, of all columns, of
// some, a number, dropout.
struct behind_heads : parts {
  param<f32, n_group, n_even, n_embd> q{"q", normal(0.3)};
  param<f32, n_embd, n_group, n_even> k{"k", normal(0.3)};
  param<f32, n_group, n_even> shift{"shift", normal(0.3)};
  param<f32, n_even> gain{"gain", normal(0.3)};
  param<f32, n_embd, n_group, n_even> o{"o", normal(0.3)};

  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    auto a = dropout(linear(x, q) * 0.5 + shift, 0.25);
    auto b = linear(x, k) * gain + a;
    return with_loss(head(linear(dropout(sigmoid(b) * a, 0.5), o)), targets);
  }
};

// Dimensions of 1 between others and alone, on either side.
struct ones_between : parts {
  param<f32, one, n_dim, n_embd> q{"q", normal(0.3)};
  param<f32, n_embd, one, n_dim> o{"o", normal(0.3)};
  param<f32, one, n_embd> down{"down", normal(0.3)};
  param<f32, one> bias{"bias", normal(0.3)};
  param<f32, n_embd, one> up{"up", normal(0.3)};

  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    x = linear(linear(x, q), o) + linear(linear(x, down, bias), up);
    return with_loss(head(x), targets);
  }
};

// With a cache: a prompt and single tokens give the same bits; the last token is taken through
// products of several dimensions.
struct cached_heads : parts {
  param<f32, n_place, n_embd> wpe{"wpe", normal(0.3)};
  nn::torch_linear<n_embd, n_qkv> qkv{"qkv", normal(0.3)};
  kv_cache<f32, batch, n_place, n_embd> cache{"cache"};
  param<f32, n_kv, n_dim, n_embd> q{"q", normal(0.3)};
  param<f32, n_embd, n_kv, n_dim> o{"o", normal(0.3)};

  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids) + embedding(wpe, positions(ids));
    auto y = causal_self_attention<n_head>(qkv(x), cache);
    auto h = tanh(linear(y, q));
    auto logits = head(x + linear(h, o));
    return outputs(output<"logits">(logits), output<"heads">(h),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

TENON_MODEL(torch_layers, torch_layers{});
TENON_MODEL(heads_layers, heads_layers{});
TENON_MODEL(behind_heads, behind_heads{});
TENON_MODEL(ones_between, ones_between{});
TENON_MODEL(cached_heads, cached_heads{});
