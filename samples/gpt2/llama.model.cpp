// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Llama-like decoders (Touvron et al. 2023): Llama, Mistral without its window, Qwen 2 and 3;
// training included. The build chooses sizes, forms and name:
//   -DTENON_LLAMA="{.n_layer = 16, .n_head = 32, ...}" -DTENON_LLAMA_NAME=llama_1b
#include "llama.hpp"

using namespace tenon;

constexpr llama_config cfg = TENON_LLAMA;

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_block : dim<cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_kv : dim<cfg.n_kv> {};                  // heads of keys and values
struct n_group : dim<cfg.n_head / cfg.n_kv> {};  // query heads that share one
struct n_dim : dim<cfg.n_dim> {};
struct n_half : dim<cfg.n_dim / 2> {};
struct n_hidden : dim<cfg.n_hidden> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_kv, n_group, n_dim, n_embd> q{"self_attn.q_proj.weight", normal(0.02)};
  param<f32, n_kv, n_dim, n_embd> k{"self_attn.k_proj.weight", normal(0.02)},
      v{"self_attn.v_proj.weight", normal(0.02)};
  param<f32, n_kv, n_group, n_dim> q_bias{"self_attn.q_proj.bias", zeros};
  param<f32, n_kv, n_dim> k_bias{"self_attn.k_proj.bias", zeros},
      v_bias{"self_attn.v_proj.bias", zeros};
  nn::rms_norm<n_dim> q_norm{"self_attn.q_norm", cfg.epsilon},
      k_norm{"self_attn.k_norm", cfg.epsilon};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"self_attn.o_proj.weight", normal(0.02)};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  static constexpr auto heads(auto x, const auto& weight, const auto& bias) {
    if constexpr (cfg.bias)
      return linear(x, weight, bias);
    else
      return linear(x, weight);
  }
  constexpr auto turned(auto x, const nn::rms_norm<n_dim>& norm) const {
    if constexpr (cfg.qk_norm)
      return nn::rotate<n_dim>(norm(x), rotation);
    else
      return nn::rotate<n_dim>(x, rotation);
  }
  constexpr auto operator()(hidden_states x) const {
    auto queries = turned(heads(x, q, q_bias), q_norm);
    auto keys = turned(heads(x, k, k_bias), k_norm);
    return linear(attention<n_dim>(queries, keys, heads(x, v, v_bias), cache), o);
  }
};

struct block {
  self_attention attn;
  nn::rms_norm<n_embd> before{"input_layernorm", cfg.epsilon};
  nn::rms_norm<n_embd> after{"post_attention_layernorm", cfg.epsilon};
  nn::torch_linear<n_embd, n_hidden> gate{"mlp.gate_proj", normal(0.02), false};
  nn::torch_linear<n_embd, n_hidden> up{"mlp.up_proj", normal(0.02), false};
  nn::torch_linear<n_hidden, n_embd> down{"mlp.down_proj", normal(0.02), false};

  constexpr auto operator()(hidden_states x) const {
    x = x + attn(before(x));
    auto n = after(x);
    return x + down(activate<cfg.act>(gate(n)) * up(n));
  }
};

struct decoder {
  static constexpr auto checkpoint =
      checkpoint_names{
          stored::prefix("model."), stored::ignored("layers.{}.self_attn.rotary_emb.inv_freq"),
          stored::twin("lm_head.weight", cfg.tied ? "embed_tokens.weight" : "lm_head.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.02)};
  nn::rms_norm<n_embd> norm{"norm", cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "embed_tokens.weight" : "lm_head.weight",
                                   normal(0.02)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto angles = nn::rotary_frequencies<n_half>(ids, cfg.theta);
    if constexpr (cfg.scaling.factor != 1) angles = cfg.scaling(angles);
    auto rotation = nn::rotary<seq>(ids, angles);
    auto x = repeat<n_layer>("layers", block{{rotation}}, embedding(embed, ids));
    auto logits = tied_head(norm(x), head);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_LLAMA_NAME, decoder{});
