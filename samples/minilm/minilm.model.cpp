// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// BERT (Devlin et al. 2018) as a sentence encoder (Reimers and Gurevych 2019): the mean of a text's
// tokens, of length 1. The build chooses sizes and name:
//   -DTENON_BERT="{.n_layer = 12, .n_embd = 768, .n_hidden = 3072}" -DTENON_BERT_NAME=bert_base
#include <tenon/tenon.hpp>

#include "bert.hpp"

using namespace tenon;

constexpr bert_config cfg = TENON_BERT;

struct batch : dyn<1, cfg.max_batch> {};
struct seq : dyn<1, cfg.n_block> {};
struct other : dyn<1, cfg.n_block> {};  // the tokens that a token sees: those of its text
struct n_layer : dim<cfg.n_layer> {};
struct n_head : dim<cfg.n_head> {};
struct n_dim : dim<cfg.n_embd / cfg.n_head> {};
struct n_embd : dim<cfg.n_embd> {};
struct n_hidden : dim<cfg.n_hidden> {};
struct n_vocab : dim<cfg.n_vocab> {};
struct n_block : dim<cfg.n_block> {};
struct n_type : dim<cfg.n_type> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

struct block {
  tensor<i32, batch> lengths;
  param<f32, n_head, n_dim, n_embd> q{"attention.self.query.weight", normal(0.02)},
      k{"attention.self.key.weight", normal(0.02)}, v{"attention.self.value.weight", normal(0.02)};
  param<f32, n_head, n_dim> q_bias{"attention.self.query.bias", zeros},
      k_bias{"attention.self.key.bias", zeros}, v_bias{"attention.self.value.bias", zeros};
  param<f32, n_embd, n_head, n_dim> o{"attention.output.dense.weight", normal(0.02)};
  param<f32, n_embd> o_bias{"attention.output.dense.bias", zeros};
  nn::layer_norm<n_embd> attended{"attention.output.LayerNorm", true, cfg.epsilon};
  nn::torch_linear<n_embd, n_hidden> up{"intermediate.dense", normal(0.02)};
  nn::torch_linear<n_hidden, n_embd> down{"output.dense", normal(0.02)};
  nn::layer_norm<n_embd> norm{"output.LayerNorm", true, cfg.epsilon};

  constexpr auto operator()(hidden_states x) const {
    auto padded = [&](auto s) {
      return choose(along<other>(s) < as_f32(lengths), s * attention_scale<n_dim>, -1e30);
    };
    auto seen = attention<n_dim, other>(linear(x, q, q_bias), linear(x, k, k_bias),
                                        linear(x, v, v_bias), padded);
    x = attended(x + linear(seen, o, o_bias));
    return norm(x + down(gelu(up(x), gelu_erf)));
  }
};

struct sentence_encoder {
  static constexpr checkpoint_names checkpoint{
      stored::prefix("bert."), stored::ignored("embeddings.position_ids"),
      stored::ignored("pooler.dense.weight"), stored::ignored("pooler.dense.bias")};

  param<f32, n_vocab, n_embd> word{"embeddings.word_embeddings.weight", normal(0.02)};
  param<f32, n_block, n_embd> position{"embeddings.position_embeddings.weight", normal(0.02)};
  param<f32, n_type, n_embd> type{"embeddings.token_type_embeddings.weight", normal(0.02)};
  nn::layer_norm<n_embd> norm{"embeddings.LayerNorm", true, cfg.epsilon};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"types", i32, batch, seq> types,
                            input<"lengths", i32, batch> lengths) const {
    auto x = fused(ids, [&](auto ids) {
      auto token = embedding(word, ids) + embedding(type, types);
      return norm(token + embedding(position, positions(ids)));
    });
    x = repeat<n_layer>("encoder.layer", block{lengths}, x);
    auto n = as_f32(lengths);
    auto mean = sum<seq>(choose(along<seq>(x) < n, x, 0.0)) / n;
    return outputs(output<"embedding">(mean / max(sqrt(sum<n_embd>(mean * mean)), 1e-12)));
  }
};

TENON_MODEL(TENON_BERT_NAME, sentence_encoder{});
