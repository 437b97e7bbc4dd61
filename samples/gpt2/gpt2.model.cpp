// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-2 (Radford et al. 2019), training included; shapes are checked by the C++ compiler.
// The build chooses the size and the name:
//   -DTENON_GPT=gpt2_medium, or -DTENON_GPT="{.n_layer = 6, .n_head = 6, .n_embd = 384}"
//   -DTENON_GPT_NAME=gpt2_medium
#include "gpt.hpp"

#ifndef TENON_GPT
#define TENON_GPT gpt2_small
#endif
#ifndef TENON_GPT_NAME
#define TENON_GPT_NAME gpt2
#endif

using namespace tenon;

constexpr gpt_config cfg = TENON_GPT;

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_head : dim<cfg.n_head> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_qkv : dim<3 * cfg.n_embd> {};
struct n_hidden : dim<cfg.n_hidden()> {};
struct n_block : dim<cfg.n_block> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct self_attention {
  nn::linear<n_embd, n_qkv> c_attn{"attn.c_attn", gpt2_normal, cfg.bias};
  nn::linear<n_embd, n_embd> c_proj{"attn.c_proj", gpt2_scaled(cfg.n_layer), cfg.bias};
  kv_cache<f32, batch, n_block, n_embd> cache{"attn.cache"};

  constexpr auto operator()(hidden_states x) const {
    return dropout(c_proj(causal_self_attention<n_head>(c_attn(x), cache)), cfg.dropout);
  }
};

struct mlp {
  nn::linear<n_embd, n_hidden> c_fc{"mlp.c_fc", gpt2_normal, cfg.bias};
  nn::linear<n_hidden, n_embd> c_proj{"mlp.c_proj", gpt2_scaled(cfg.n_layer), cfg.bias};

  constexpr auto operator()(hidden_states x) const {
    return dropout(c_proj(activate<cfg.act>(c_fc(x))), cfg.dropout);
  }
};

struct block {
  nn::layer_norm<n_embd> ln_1{"ln_1", cfg.bias, cfg.epsilon}, ln_2{"ln_2", cfg.bias, cfg.epsilon};
  self_attention attn;
  mlp feed_forward;

  constexpr auto operator()(hidden_states x) const {
    x = x + attn(ln_1(x));
    x = x + feed_forward(ln_2(x));
    return x;
  }
};

struct gpt {
  // What checkpoints of Hugging Face and of the first GPT-2 hold beside the parameters.
  static constexpr auto checkpoint =
      checkpoint_names{stored::prefix("transformer."), stored::ignored("h.{}.attn.bias"),
                       stored::ignored("h.{}.attn.masked_bias"),
                       stored::ignored("attn.masked_bias"),
                       stored::twin("lm_head.weight", cfg.tied ? "wte.weight" : "lm_head.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln_f{"ln_f", cfg.bias, cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "wte.weight" : "lm_head.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), cfg.dropout);
    });
    x = repeat<n_layer>("h", block{}, x);
    auto logits = tied_head(ln_f(x), head);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_GPT_NAME, gpt{});
