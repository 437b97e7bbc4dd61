// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Mixtral (Jiang et al. 2024): a decoder like Llama's whose MLP is a few of several experts, chosen
// for each token; training included, without the loss that balances them.
// The build chooses sizes, forms and name:
//   -DTENON_MIXTRAL="{.n_layer = 32, .n_head = 32, ...}" -DTENON_MIXTRAL_NAME=mixtral_8x7b
#include "mixtral.hpp"

using namespace tenon;

constexpr mixtral_config cfg = TENON_MIXTRAL;

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
struct n_expert : dim<cfg.n_expert> {};
struct n_active : dim<cfg.n_active> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct self_attention {
  nn::rotation<seq, n_half> rotation;
  param<f32, n_kv, n_group, n_dim, n_embd> q{"self_attn.q_proj.weight", normal(0.02)};
  param<f32, n_kv, n_dim, n_embd> k{"self_attn.k_proj.weight", normal(0.02)},
      v{"self_attn.v_proj.weight", normal(0.02)};
  param<f32, n_embd, n_kv, n_group, n_dim> o{"self_attn.o_proj.weight", normal(0.02)};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto queries = nn::rotate<n_dim>(linear(x, q), rotation);
    auto keys = nn::rotate<n_dim>(linear(x, k), rotation);
    return linear(attention<n_dim>(queries, keys, linear(x, v), cache), o);
  }
};

struct mixture {  // checkpoints have a tensor for each expert
  param<f32, n_expert, n_embd> router{"block_sparse_moe.gate.weight", normal(0.02)};
  param<f32, n_expert, n_hidden, n_embd> gate{"block_sparse_moe.experts.{}.w1.weight",
                                              normal(0.02)};
  param<f32, n_expert, n_embd, n_hidden> down{"block_sparse_moe.experts.{}.w2.weight",
                                              normal(0.02)};
  param<f32, n_expert, n_hidden, n_embd> up{"block_sparse_moe.experts.{}.w3.weight", normal(0.02)};

  constexpr auto operator()(hidden_states x) const {
    auto [score, expert] = top_k<n_expert, n_active>(linear(x, router));
    auto h = activate<cfg.act>(linear(x, gather(gate, expert))) * linear(x, gather(up, expert));
    return sum<n_active>(linear(h, gather(down, expert)) * softmax<n_active>(score));
  }
};

struct block {
  self_attention attn;
  nn::rms_norm<n_embd> before{"input_layernorm", cfg.epsilon};
  nn::rms_norm<n_embd> after{"post_attention_layernorm", cfg.epsilon};
  mixture experts{};

  constexpr auto operator()(hidden_states x) const {
    x = x + attn(before(x));
    return x + experts(after(x));
  }
};

struct decoder {
  static constexpr auto checkpoint =
      checkpoint_names{
          stored::prefix("model."),
          stored::twin("lm_head.weight", cfg.tied ? "embed_tokens.weight" : "lm_head.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> embed{"embed_tokens.weight", normal(0.02)};
  nn::rms_norm<n_embd> norm{"norm", cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "embed_tokens.weight" : "lm_head.weight",
                                   normal(0.02)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids, cfg.theta));
    auto x = repeat<n_layer>("layers", block{{rotation}}, embedding(embed, ids));
    auto logits = tied_head(norm(x), head);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_MIXTRAL_NAME, decoder{});
