// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The ideas of modded-nanoGPT (Jordan et al. 2024) as a model that trains: squared ReLU, norms
// without weights, of queries and keys too, one head of keys and values, rotary positions of half
// the channels, embeddings of each layer's values, every layer mixed with the first by learned
// numbers, skips from early layers to late ones, a smear of the token before, capped logits.
// tests/goldens/make_modded_goldens.py has it in PyTorch.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 12> {};
struct n_block : dim<12> {};
struct n_vocab : dim<19> {};
struct one : dim<1> {};
struct n_embd : dim<16> {};
struct n_head : dim<3> {};
struct n_dim : dim<8> {};
struct n_half : dim<4> {};
struct n_hidden : dim<20> {};
struct n_gate : dim<5> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using number = param<f32, one>;

/// A learned number, for arithmetic with tensors.
constexpr auto value_of(const number& learned, auto x) {
  return sum<one>(learned * (along<one>(x) + 1));
}

/// 1/1024^(i / (n_half / 2 - 1)) for the first half of the pairs; the others do not turn.
constexpr auto frequencies(auto ids) {
  constexpr double ln1024 = 6.931471805599453, n_turning = n_half::max / 2;
  auto i = along<n_half>(ids);
  return choose(i < n_turning, exp(i * (-ln1024 / (n_turning - 1))), 0 * i);
}

struct block {
  nn::rotation<seq, n_half> rotation;
  hidden_states first;
  tensor<f32, batch, seq, n_dim> values;
  number of_x{"keep", ones}, of_first{"first", ones}, of_values{"value", ones};
  param<f32, n_head, n_dim, n_embd> q{"q.weight", normal(0.02)};
  param<f32, n_dim, n_embd> k{"k.weight", normal(0.02)}, v{"v.weight", normal(0.02)};
  param<f32, n_embd, n_head, n_dim> o{"o.weight", zeros};
  nn::torch_linear<n_embd, n_hidden> up{"up", normal(0.02), false};
  nn::torch_linear<n_hidden, n_embd> down{"down", zeros, false};
  kv_cache<f32, batch, n_block, n_dim> cache{"cache"};

  constexpr auto attend(hidden_states x) const {
    auto queries = nn::rotate<n_dim>(nn::unit_rms<n_dim>(linear(x, q)), rotation);
    auto keys = nn::rotate<n_dim>(nn::unit_rms<n_dim>(linear(x, k)), rotation);
    return linear(
        attention<n_dim>(queries, keys, linear(x, v) + values * value_of(of_values, x), cache), o);
  }
  constexpr auto operator()(hidden_states x) const {
    x = x * value_of(of_x, x) + first * value_of(of_first, x);
    x = x + attend(nn::unit_rms<n_embd>(x));
    auto wide = nn::relu(up(nn::unit_rms<n_embd>(x)));
    return x + down(wide * wide);
  }
};

struct gpt {
  using table = param<f32, n_vocab, n_dim>;
  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(0.02)}, head{"lm_head.weight", zeros};
  table v0{"values.0.weight", normal(0.02)}, v1{"values.1.weight", normal(0.02)},
      v2{"values.2.weight", normal(0.02)}, v3{"values.3.weight", normal(0.02)};
  number inner_skip{"skip.0", ones}, outer_skip{"skip.1", ones}, smear{"smear.lambda", zeros};
  nn::torch_linear<n_gate, one> smear_gate{"smear.gate", zeros, false};
  kept<f32, batch, n_block, n_embd> tokens{"tokens"};

  constexpr auto smeared(hidden_states x) const {
    auto gate = sum<one>(sigmoid(smear_gate(slice<n_gate>(x)))) * value_of(smear, x);
    return x + before<1>(x, tokens) * gate;
  }
  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, frequencies(ids));
    auto first = nn::unit_rms<n_embd>(smeared(embedding(wte, ids)));
    auto layer = [&](const char* name, const table& values, hidden_states x) {
      return repeat<one>(name, block{rotation, first, embedding(values, ids)}, x);
    };
    auto outer = layer("layer_0", v0, first);
    auto inner = layer("layer_1", v1, outer);
    auto x = layer("layer_2", v2, inner + inner * value_of(inner_skip, ids));
    x = layer("layer_3", v3, x + outer * value_of(outer_skip, ids));
    auto logits = 15.0 * tanh(tied_head(nn::unit_rms<n_embd>(x), head) / 15.0);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(modded, gpt{});
