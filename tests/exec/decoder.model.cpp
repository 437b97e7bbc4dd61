// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A decoder as people build them today: RMS norms, rotary positions with Llama 3's frequencies,
// heads as dimensions of the weights, grouped queries, norms of queries and keys, SwiGLU, every
// layer mixed with the first.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 21> {};
struct n_block : dim<21> {};
struct n_vocab : dim<37> {};
struct n_layer : dim<2> {};
struct n_embd : dim<20> {};
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct n_dim : dim<10> {};
struct n_half : dim<5> {};
struct n_hidden : dim<33> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

/// Llama 3's scaling: slow frequencies are `factor` times slower, fast ones stay, between them it
/// goes from one to the other.
constexpr auto scaled(tensor<f32, n_half> frequencies) {
  constexpr double factor = 8, low = 1, high = 4, original_context = 12;
  constexpr double turn = 6.283185307179586;
  auto turns = frequencies * (original_context / turn);
  auto kept = min(max((turns - low) / (high - low), 0), 1);
  return frequencies * (kept + (1 - kept) / factor);
}

struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_kv, n_group, n_dim, n_embd> q{"q_proj.weight", normal(0.3)};
  param<f32, n_kv, n_dim, n_embd> k{"k_proj.weight", normal(0.3)}, v{"v_proj.weight", normal(0.3)};
  param<f32, n_kv, n_group, n_dim> q_bias{"q_proj.bias", normal(0.3)};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"o_proj.weight", normal(0.3)};
  nn::rms_norm<n_dim> q_norm{"q_norm"}, k_norm{"k_norm"};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto queries = nn::rotate<n_dim>(q_norm(linear(x, q, q_bias)), rotation);
    auto keys = nn::rotate<n_dim>(k_norm(linear(x, k)), rotation);
    return linear(attention<n_dim>(queries, keys, linear(x, v), cache), o);
  }
};

struct mlp {
  nn::torch_linear<n_embd, n_hidden> gate{"gate_proj", normal(0.3), false},
      up{"up_proj", normal(0.3), false};
  nn::torch_linear<n_hidden, n_embd> down{"down_proj", normal(0.3), false};

  constexpr auto operator()(hidden_states x) const { return down(nn::silu(gate(x)) * up(x)); }
};

struct block {
  self_attention attend;
  nn::rms_norm<n_embd> input{"input_layernorm"}, after{"post_attention_layernorm"};
  param<f32, n_embd> mixed{"mixed", normal(0.3)};
  mlp feed_forward{};

  constexpr auto operator()(hidden_states x, hidden_states first) const {
    x = x + attend(input(x)) + mixed * first;
    return x + feed_forward(after(x));
  }
};

struct decoder {
  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.3)};
  nn::rms_norm<n_embd> norm{"norm", 1e-6};
  bool is_tied;

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto first = nn::unit_rms<n_embd>(embedding(embed, ids));
    auto rotation = nn::rotary<seq>(ids, scaled(nn::rotary_frequencies<n_half>(ids, 500.0)));
    auto layer = [&](hidden_states x) { return block{{rotation}}(x, first); };
    auto x = norm(repeat<n_layer>("layers", layer, first));
    auto logits = is_tied ? tied_head(x, embed)
                          : linear(x, param<f32, n_vocab, n_embd>{"lm_head.weight", normal(0.3)});
    logits = 15.0 * tanh(logits / 15.0);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

constexpr decoder with_tied_head{.is_tied = true}, with_own_head{.is_tied = false};
TENON_MODEL(decoder_tied, with_tied_head);
TENON_MODEL(decoder_untied, with_own_head);
