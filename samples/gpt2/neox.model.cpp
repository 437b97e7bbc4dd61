// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-NeoX (Black et al. 2022) and Pythia: attention and MLP side by side, queries, keys and values
// of a head together, of whose channels some turn with positions; training included.
// The build chooses sizes, forms and name:
//   -DTENON_NEOX="{.n_layer = 6, .n_head = 8, ...}" -DTENON_NEOX_NAME=pythia_70m
#include "neox.hpp"

using namespace tenon;

constexpr neox_config cfg = TENON_NEOX;
constexpr bool all_turn = cfg.n_turned == cfg.n_dim();

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_block : dim<cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_head : dim<cfg.n_head> {};
struct three : dim<3> {};  // queries, keys, values
struct n_dim : dim<cfg.n_dim()> {};
struct n_half : dim<cfg.n_turned / 2> {};
struct n_still : dim<all_turn ? 1 : cfg.n_dim() - cfg.n_turned> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_hidden : dim<cfg.n_hidden> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_head, three, n_dim, n_embd> qkv{"attention.query_key_value.weight", normal(0.02)};
  param<f32, n_head, three, n_dim> qkv_bias{"attention.query_key_value.bias", zeros};
  param<f32, n_embd, n_head, n_dim> dense{"attention.dense.weight", normal(0.02)};
  param<f32, n_embd> dense_bias{"attention.dense.bias", zeros};
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};

  constexpr auto turned(auto x) const {
    if constexpr (all_turn)
      return nn::rotate<n_dim>(x, rotation);
    else
      return nn::rotate<n_dim, n_still>(x, rotation);
  }
  constexpr auto operator()(hidden_states x) const {
    auto all = linear(x, qkv, qkv_bias);
    auto queries = turned(pick<three, 0>(all)), keys = turned(pick<three, 1>(all));
    auto attended = attention<n_dim>(queries, keys, pick<three, 2>(all), cache);
    return linear(attended, dense, dense_bias);
  }
};

struct block {
  self_attention attn;
  nn::layer_norm<n_embd> before{"input_layernorm", true, cfg.epsilon};
  nn::layer_norm<n_embd> after{"post_attention_layernorm", true, cfg.epsilon};
  nn::torch_linear<n_embd, n_hidden> up{"mlp.dense_h_to_4h", normal(0.02)};
  nn::torch_linear<n_hidden, n_embd> down{"mlp.dense_4h_to_h", normal(0.02)};

  constexpr auto mlp(hidden_states x) const { return down(activate<cfg.act>(up(after(x)))); }
  constexpr auto operator()(hidden_states x) const {
    auto y = x + attn(before(x));
    return y + mlp(cfg.sequential ? y : x);
  }
};

struct decoder {
  static constexpr auto checkpoint =
      checkpoint_names{
          stored::prefix("gpt_neox."), stored::ignored("layers.{}.attention.bias"),
          stored::ignored("layers.{}.attention.masked_bias"),
          stored::ignored("layers.{}.attention.rotary_emb.inv_freq"),
          stored::twin("embed_out.weight", cfg.tied ? "embed_in.weight" : "embed_out.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> embed{"embed_in.weight", normal(0.02)};
  nn::layer_norm<n_embd> norm{"final_layer_norm", true, cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "embed_in.weight" : "embed_out.weight", normal(0.02)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids, cfg.theta));
    auto x = repeat<n_layer>("layers", block{{rotation}}, embedding(embed, ids));
    auto logits = tied_head(norm(x), head);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_NEOX_NAME, decoder{});
