// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-J (Wang and Komatsuzaki 2021): attention and MLP side by side, of whose heads channels 2i and
// 2i + 1 turn with positions; training included.
// The build chooses sizes, forms and name:
//   -DTENON_GPTJ="{.n_layer = 28, .n_head = 16, ...}" -DTENON_GPTJ_NAME=gptj_6b
#include "gptj.hpp"

using namespace tenon;

constexpr gptj_config cfg = TENON_GPTJ;
constexpr bool all_turn = cfg.n_turned == cfg.n_dim();

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_block : dim<cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_head : dim<cfg.n_head> {};
struct n_dim : dim<cfg.n_dim()> {};
struct n_turned : dim<cfg.n_turned> {};
struct n_half : dim<cfg.n_turned / 2> {};
struct pair : dim<2> {};
struct n_still : dim<all_turn ? 1 : cfg.n_dim() - cfg.n_turned> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_hidden : dim<cfg.n_hidden> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct self_attention {
  nn::rotation<seq, n_half> by;
  param<f32, n_head, n_dim, n_embd> q{"attn.q_proj.weight", normal(0.02)},
      k{"attn.k_proj.weight", normal(0.02)}, v{"attn.v_proj.weight", normal(0.02)};
  param<f32, n_embd, n_head, n_dim> out{"attn.out_proj.weight", normal(0.02)};
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};

  constexpr auto turned(auto x) const {
    auto pairs = regroup<n_turned, dims<n_half, pair>>(slice<n_turned>(x));
    auto a = pick<pair, 0>(pairs), b = pick<pair, 1>(pairs);
    auto both = stack<pair>(a * by.cosines - b * by.sines, b * by.cosines + a * by.sines);
    if constexpr (all_turn)
      return regroup<dims<n_half, pair>, n_dim>(both);
    else
      return join<n_dim>(regroup<dims<n_half, pair>, n_turned>(both),
                         slice<n_still, cfg.n_turned>(x));
  }
  constexpr auto operator()(hidden_states x) const {
    return linear(attention<n_dim>(turned(linear(x, q)), turned(linear(x, k)), linear(x, v), cache),
                  out);
  }
};

struct block {
  nn::layer_norm<n_embd> norm{"ln_1", true, cfg.epsilon};
  self_attention attn;
  nn::torch_linear<n_embd, n_hidden> up{"mlp.fc_in", normal(0.02)};
  nn::torch_linear<n_hidden, n_embd> down{"mlp.fc_out", normal(0.02)};

  constexpr auto operator()(hidden_states x) const {
    auto y = norm(x);
    return x + attn(y) + down(activate<cfg.act>(up(y)));
  }
};

struct decoder {
  static constexpr checkpoint_names checkpoint{
      stored::prefix("transformer."), stored::ignored("h.{}.attn.bias"),
      stored::ignored("h.{}.attn.masked_bias"),
      stored::twin("lm_head.weight", cfg.tied ? "wte.weight" : "lm_head.weight")};

  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(0.02)};
  nn::layer_norm<n_embd> norm{"ln_f", true, cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "wte.weight" : "lm_head.weight", normal(0.02)};
  param<f32, n_vocab> head_bias{"lm_head.bias", zeros};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids));
    auto x = repeat<n_layer>("h", block{.attn = {rotation}}, embedding(wte, ids));
    auto logits = linear(norm(x), tied(head), head_bias);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets, -1)));
  }
};

TENON_MODEL(TENON_GPTJ_NAME, decoder{});
