// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of earlier tokens as people use them: RWKV's token shift, a causal convolution of each
// channel beside attention, the smear of modded-nanoGPT; and by themselves, in awkward widths.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 33> {};
struct n_block : dim<37> {};
struct n_vocab : dim<11> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_dim : dim<5> {};
struct n_embd : dim<19> {};
struct n_hidden : dim<23> {};
struct n_gate : dim<3> {};
struct one : dim<1> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using gain = param<f32, n_embd>;

// Each token looks at the one before it, channel by channel (RWKV-4).
struct channel_mix {
  nn::layer_norm<n_embd> norm{"ln"};
  kept<f32, batch, n_block, n_embd> tokens{"tokens"};
  gain of_key{"time_mix_k", uniform(1)}, of_receptance{"time_mix_r", uniform(1)};
  nn::torch_linear<n_embd, n_hidden> key{"key", normal(0.3), false};
  nn::torch_linear<n_embd, n_embd> receptance{"receptance", normal(0.3), false};
  nn::torch_linear<n_hidden, n_embd> value{"value", normal(0.3), false};

  constexpr auto operator()(hidden_states x) const {
    auto now = norm(x), previous = before<1>(now, tokens);
    auto mixed = [&](const gain& of) { return previous + (now - previous) * of; };
    auto k = nn::relu(key(mixed(of_key)));
    return x + sigmoid(receptance(mixed(of_receptance))) * value(k * k);
  }
};

// Queries and keys, all heads, of four tokens each.
struct convolved_attention {
  nn::layer_norm<n_embd> norm{"ln"};
  param<f32, n_head, n_dim, n_embd> q{"q", normal(0.3)}, v{"v", normal(0.3)};
  param<f32, n_embd, n_head, n_dim> o{"o", normal(0.3)};
  kept<f32, batch, n_block, n_head, n_dim> rows{"rows"};
  param<f32, n_head, n_dim> tap0{"taps.0", normal(0.5)}, tap1{"taps.1", normal(0.5)},
      tap2{"taps.2", normal(0.5)}, tap3{"taps.3", normal(0.5)};
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto n = norm(x);
    auto y = linear(n, q);
    auto [y1, y2, y3] = before<1, 2, 3>(y, rows);
    auto c = nn::unit_rms<n_dim>(nn::silu(y * tap0 + y1 * tap1 + y2 * tap2 + y3 * tap3));
    return x + linear(attention<n_dim>(c, c, linear(n, v), cache), o);
  }
};

struct token_shifts {
  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(1)};
  nn::torch_linear<n_gate, one> smear_gate{"smear.gate", normal(1), false};
  param<f32, one> smear_lambda{"smear.lambda", normal(1)};
  kept<f32, batch, n_block, n_embd> embeddings{"embeddings"};
  nn::layer_norm<n_embd> norm{"ln_f"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = embedding(wte, ids);
    auto gate = sigmoid(smear_gate(slice<n_gate>(x))) * smear_lambda;
    x = x + before<1>(x, embeddings) * sum<one>(gate);
    x = repeat<n_layer>("mix", channel_mix{}, x);
    x = repeat<n_layer>("attn", convolved_attention{}, x);
    auto logits = tied_head(norm(x), wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

// As outputs, of inputs; by as many positions as there are, and by more.
struct shifts_alone {
  kept<f32, batch, n_block, one> narrow{"narrow"};
  kept<f32, batch, n_block, n_head, n_embd> wide{"wide"};

  constexpr auto operator()(input<"x", f32, batch, seq, one> x,
                            input<"y", f32, batch, seq, n_head, n_embd> y) const {
    auto [x1, x32, x33, x40] = before<1, 32, 33, 40>(x, narrow);
    auto y5 = before<5>(y, wide);
    return outputs(output<"x1">(x1), output<"x32">(x32), output<"x33">(x33), output<"x40">(x40),
                   output<"y5">(y5));
  }
};

TENON_MODEL(token_shifts, token_shifts{});
TENON_MODEL(trained_shifts, token_shifts{});
TENON_MODEL(shifts_alone, shifts_alone{});
