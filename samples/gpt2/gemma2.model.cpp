// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gemma 2 (Gemma Team 2024): layers with a window and without take turns, norms before and behind
// each part, soft caps on scores and logits; training included.
// The build chooses sizes and name:
//   -DTENON_GEMMA2="{.n_layer = 26, .n_head = 8, ...}" -DTENON_GEMMA2_NAME=gemma2_2b
#include "gemma2.hpp"

using namespace tenon;

constexpr gemma2_config cfg = TENON_GEMMA2;

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_block : dim<cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_kv : dim<cfg.n_kv> {};                  // heads of keys and values
struct n_group : dim<cfg.n_head / cfg.n_kv> {};  // query heads that share one
struct n_dim : dim<cfg.n_dim> {};
struct n_half : dim<cfg.n_dim / 2> {};
struct n_scalar : dim<cfg.n_scalar> {};
struct n_hidden : dim<cfg.n_hidden> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct norm {
  param<f32, n_embd> weight;  // beside 1

  constexpr norm(text name) : weight{name, zeros, ".weight"} {}
  constexpr auto operator()(auto x) const {
    auto unit = nn::unit_rms<n_embd>(x, cfg.epsilon);
    return unit + unit * weight;
  }
};

constexpr auto capped(auto x, double cap) { return cap * tanh(x * (1 / cap)); }

template <bool Windowed>
struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_kv, n_group, n_dim, n_embd> q{"self_attn.q_proj.weight", normal(0.02)};
  param<f32, n_kv, n_dim, n_embd> k{"self_attn.k_proj.weight", normal(0.02)},
      v{"self_attn.v_proj.weight", normal(0.02)};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"self_attn.o_proj.weight", normal(0.02)};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  static constexpr auto score = [](auto s) {
    auto all = capped(s * attention_scale<n_scalar>, cfg.score_cap);
    if constexpr (Windowed)
      return choose(along<seq>(s) < along<n_block>(s) + cfg.n_window, all, -__builtin_inf());
    else
      return all;
  };
  constexpr auto operator()(hidden_states x) const {
    auto queries = nn::rotate<n_dim>(linear(x, q), rotation);
    auto keys = nn::rotate<n_dim>(linear(x, k), rotation);
    return linear(attention<n_dim>(queries, keys, linear(x, v), cache, score), o);
  }
};

template <bool Windowed>
struct block {
  self_attention<Windowed> attn;
  norm before{"input_layernorm"}, behind{"post_attention_layernorm"};
  norm before_mlp{"pre_feedforward_layernorm"}, behind_mlp{"post_feedforward_layernorm"};
  nn::torch_linear<n_embd, n_hidden> gate{"mlp.gate_proj", normal(0.02), false};
  nn::torch_linear<n_embd, n_hidden> up{"mlp.up_proj", normal(0.02), false};
  nn::torch_linear<n_hidden, n_embd> down{"mlp.down_proj", normal(0.02), false};

  constexpr auto mlp(auto x) const { return down(activate<cfg.act>(gate(x)) * up(x)); }
  constexpr auto operator()(hidden_states x) const {
    x = x + behind(attn(before(x)));
    return x + behind_mlp(mlp(before_mlp(x)));
  }
};

struct decoder {
  static constexpr auto checkpoint =
      checkpoint_names{stored::prefix("model."),
                       stored::twin("lm_head.weight", "embed_tokens.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.02)};
  norm last{"norm"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids, cfg.theta));
    auto x = embedding(embed, ids) * (1 / attention_scale<n_embd>);
    x = repeat<n_layer>("layers", block<true>{{rotation}}, block<false>{{rotation}}, x);
    auto logits = capped(tied_head(last(x), embed), cfg.logit_cap);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_GEMMA2_NAME, decoder{});
