// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// BLOOM (Le Scao et al. 2022): no positions but slopes on the scores, a norm of the embeddings,
// queries, keys and values of a head together; training included.
// The build chooses sizes and name:
//   -DTENON_BLOOM="{.n_layer = 24, .n_head = 16, ...}" -DTENON_BLOOM_NAME=bloom_560m
#include "bloom.hpp"

using namespace tenon;

constexpr bloom_config cfg = TENON_BLOOM;

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct n_block : dim<cfg.n_block> {};
struct n_layer : dim<cfg.n_layer> {};
struct n_head : dim<cfg.n_head> {};
struct three : dim<3> {};  // queries, keys, values
struct n_dim : dim<cfg.n_embd / cfg.n_head> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_hidden : dim<4 * cfg.n_embd> {};
struct n_vocab : dim<cfg.n_vocab> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using norm = nn::layer_norm<n_embd>;

/// ALiBi (Press et al. 2021): how much a score falls with the distance of a key, by head. Powers of
/// 2^(-8/P) for the first P heads, P a power of two; those between them for the rest.
constexpr auto slopes_of(auto ids) {
  constexpr double ln2 = 0.693147180559945309417, first = -8 * ln2 / cfg.n_even();
  auto head = along<n_head>(ids);
  return exp(choose(head < cfg.n_even(), (head + 1) * first,
                    (2 * (head - cfg.n_even()) + 1) * (first / 2)));
}

struct self_attention {
  tensor<f32, n_head> slopes;
  param<f32, n_head, three, n_dim, n_embd> qkv{"self_attention.query_key_value.weight",
                                               normal(0.02)};
  param<f32, n_head, three, n_dim> qkv_bias{"self_attention.query_key_value.bias", zeros};
  param<f32, n_embd, n_head, n_dim> dense{"self_attention.dense.weight", normal(0.02)};
  param<f32, n_embd> dense_bias{"self_attention.dense.bias", zeros};
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto all = linear(x, qkv, qkv_bias);
    auto sloped = [&](auto s) {
      auto distance = expand_as(along<n_block>(s), s) - along<seq>(s);
      return s * attention_scale<n_dim> + slopes * distance;
    };
    auto attended = attention<n_dim>(pick<three, 0>(all), pick<three, 1>(all), pick<three, 2>(all),
                                     cache, sloped);
    return linear(attended, dense, dense_bias);
  }
};

struct block {
  self_attention attn;
  norm before{"input_layernorm", true, cfg.epsilon};
  norm after{"post_attention_layernorm", true, cfg.epsilon};
  nn::torch_linear<n_embd, n_hidden> up{"mlp.dense_h_to_4h", normal(0.02)};
  nn::torch_linear<n_hidden, n_embd> down{"mlp.dense_4h_to_h", normal(0.02)};

  constexpr auto operator()(hidden_states x) const {
    x = x + attn(before(x));
    return x + down(gelu(up(after(x)), gelu_tanh));
  }
};

struct decoder {
  static constexpr auto checkpoint =
      checkpoint_names{
          stored::prefix("transformer."),
          stored::twin("lm_head.weight", cfg.tied ? "word_embeddings.weight" : "lm_head.weight")} +
      gguf_names(cfg);

  param<f32, n_vocab, n_embd> embed{"word_embeddings.weight", normal(0.02)};
  norm first{"word_embeddings_layernorm", true, cfg.epsilon}, last{"ln_f", true, cfg.epsilon};
  param<f32, n_vocab, n_embd> head{cfg.tied ? "word_embeddings.weight" : "lm_head.weight",
                                   normal(0.02)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = repeat<n_layer>("h", block{{slopes_of(ids)}}, first(embedding(embed, ids)));
    auto logits = tied_head(last(x), head);
    return outputs(output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(TENON_BLOOM_NAME, decoder{});
