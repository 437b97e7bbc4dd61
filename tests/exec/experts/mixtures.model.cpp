// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Mixtures of experts in the language's primitives: which experts a token has, and how much each
// counts, in the forms that families have; parts of weights of awkward sizes; a decoder as Mixtral.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 13> {};
struct n_block : dim<13> {};
struct n_vocab : dim<37> {};
struct n_layer : dim<2> {};
struct n_embd : dim<20> {};
struct n_hidden : dim<101> {};  // more than wait together for a long chain
struct n_kv : dim<2> {};
struct n_group : dim<2> {};
struct n_dim : dim<6> {};
struct n_half : dim<3> {};
struct n_expert : dim<7> {};
struct n_active : dim<3> {};
struct n_one : dim<1> {};
struct n_slot : dim<1> {};
struct n_few : dim<4> {};
struct n_all : dim<4> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

/// Mixtral's: a softmax of what was chosen.
struct mixtral_experts {
  param<f32, n_expert, n_embd> router{"gate.weight", normal(0.5)};
  param<f32, n_expert, n_hidden, n_embd> w1{"experts.{}.w1.weight", normal(0.3)};
  param<f32, n_expert, n_embd, n_hidden> w2{"experts.{}.w2.weight", normal(0.1)};
  param<f32, n_expert, n_hidden, n_embd> w3{"experts.{}.w3.weight", normal(0.3)};

  constexpr auto operator()(hidden_states x) const {
    auto [score, expert] = top_k<n_expert, n_active>(linear(x, router));
    auto of = [&](auto& w) { return gather(w, expert); };
    auto h = nn::silu(linear(x, of(w1))) * linear(x, of(w3));
    return sum<n_active>(linear(h, of(w2)) * softmax<n_active>(score));
  }
};

struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_kv, n_group, n_dim, n_embd> q{"q_proj.weight", normal(0.3)};
  param<f32, n_kv, n_dim, n_embd> k{"k_proj.weight", normal(0.3)}, v{"v_proj.weight", normal(0.3)};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"o_proj.weight", normal(0.3)};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto queries = nn::rotate<n_dim>(linear(x, q), rotation);
    auto keys = nn::rotate<n_dim>(linear(x, k), rotation);
    return linear(attention<n_dim>(queries, keys, linear(x, v), cache), o);
  }
};

struct mixtral_layer {
  self_attention attend;
  nn::rms_norm<n_embd> input{"input_layernorm"}, after{"post_attention_layernorm"};
  mixtral_experts experts{};

  constexpr auto operator()(hidden_states x) const {
    x = x + attend(input(x));
    return x + experts(after(x));
  }
};

struct mixtral_model {
  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.5)};
  nn::rms_norm<n_embd> norm{"norm"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids));
    auto x = repeat<n_layer>("layers", mixtral_layer{{rotation}}, embedding(embed, ids));
    auto logits = linear(norm(x), param<f32, n_vocab, n_embd>{"lm_head.weight", normal(0.3)});
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};
TENON_MODEL(mixtral, mixtral_model{});

/// Trained, without attention: of one token the gradients of queries and keys are zero by nature,
/// as are those of most experts, by whose size their rounding would be judged.
struct trained_layer {
  nn::rms_norm<n_embd> norm{"norm"};
  mixtral_experts experts{};

  constexpr auto operator()(hidden_states x) const { return x + experts(norm(x)); }
};
struct trained_experts_model {
  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.5)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = repeat<n_layer>("layers", trained_layer{}, embedding(embed, ids));
    return outputs(output<"loss">(cross_entropy(tied_head(x, embed), targets)));
  }
};
TENON_MODEL(trained_experts, trained_experts_model{});

/// Qwen's: a softmax of all scores, of which the chosen ones count, normalised or not, and an
/// expert that all tokens share; with biases of each expert, as GPT-OSS has; others by scores with
/// a bias that does not count; experts of heads; one expert of several, all of them, one of one; an
/// epilogue that is short.
struct experts_alone_model {
  param<f32, n_expert, n_embd> router{"gate", normal(0.5)};
  param<f32, n_expert> bias{"gate.bias", normal(0.5)};
  param<f32, n_few, n_embd> few{"few", normal(0.5)};
  param<f32, n_one, n_embd> single{"single", normal(0.5)};
  param<f32, n_embd> shared_gate{"shared_gate", normal(0.5)};
  param<f32, n_expert, n_hidden, n_embd> up{"up", normal(0.3)};
  param<f32, n_expert, n_embd, n_hidden> down{"down", normal(0.3)};
  param<f32, n_expert, n_hidden> up_bias{"up_bias", normal(0.3)};
  param<f32, n_expert, n_embd> down_bias{"down_bias", normal(0.3)};
  param<f32, n_expert, n_kv, n_dim, n_embd> heads{"heads", normal(0.3)};
  param<f32, n_expert, n_embd, n_kv, n_dim> merged{"merged", normal(0.3)};
  param<f32, n_few, n_hidden, n_embd> of_few{"of_few", normal(0.3)};
  param<f32, n_one, n_vocab, n_embd> of_one{"of_one", normal(0.3)};
  nn::torch_linear<n_embd, n_hidden> shared_up{"shared_up"};
  nn::torch_linear<n_hidden, n_embd> shared_down{"shared_down"};

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    auto share = softmax<n_expert>(linear(x, router));
    auto [picked, expert] = top_k<n_expert, n_active>(share);
    auto h = gelu(linear(x, gather(up, expert), gather(up_bias, expert)), gelu_tanh);
    auto each = linear(h, gather(down, expert), gather(down_bias, expert));
    auto y = sum<n_active>(each * (picked / sum<n_active>(picked)));
    y = y + shared_down(nn::relu(shared_up(x))) * sigmoid(sum<n_embd>(x * shared_gate));

    auto chosen = top_k<n_expert, n_one>(share + bias);
    auto turned =
        linear(tanh(linear(x, gather(heads, chosen.indices))), gather(merged, chosen.indices));
    y = y + sum<n_one>(turned * take(share, chosen.indices));

    auto all = top_k<n_few, n_all>(linear(x, few));
    auto wide = max<n_all>(0.5 * linear(x, gather(of_few, all.indices)) + 1);
    auto one = top_k<n_one, n_slot>(linear(x, single));
    auto number = sum<n_all>(all.values * along<n_all>(x)) + sum<n_hidden>(wide) * 0.02;
    auto logits = sum<n_slot>(linear(y, gather(of_one, one.indices))) *
                  (1 + 0.3 * sigmoid(number * 0.3 + sum<n_slot>(one.values)));
    return outputs(output<"y">(y), output<"picked">(picked), output<"chosen">(chosen.values),
                   output<"all">(all.values), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};
TENON_MODEL(experts_alone, experts_alone_model{});

/// Choices alone: the greatest elements, and which they are, as floats.
struct choices_model {
  constexpr auto operator()(input<"x", f32, batch, seq, n_expert> x) const {
    auto [values, chosen] = top_k<n_expert, n_active>(x);
    auto which = take(expand_as(along<n_expert>(x), x), chosen);
    return outputs(output<"values">(values), output<"which">(which),
                   output<"share">(softmax<n_active>(values)));
  }
};
TENON_MODEL(choices, choices_model{});
