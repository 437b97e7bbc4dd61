// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_that_of_weight<gpt<.*>::n_hidden, gpt<.*>::n_vocab ?>
// LINES: 14 from g++, 27 from clang++
#include <tenon/tenon.hpp>
using namespace tenon;

struct config {
  int n_layer, n_embd, n_vocab;
  gelu_kind gelu;
};

template <config cfg>
struct gpt {
  struct batch : dyn<1, 8> {};
  struct seq : dyn<1, 16> {};
  struct n_layer : dim<cfg.n_layer> {};
  struct n_embd : dim<cfg.n_embd> {};
  struct n_hidden : dim<4 * cfg.n_embd> {};
  struct n_vocab : dim<cfg.n_vocab> {};

  using hidden_states = tensor<f32, batch, seq, n_embd>;

  struct mlp {
    nn::linear<n_embd, n_hidden> c_fc{"mlp.c_fc", gpt2_normal};
    nn::linear<n_hidden, n_embd> c_proj{"mlp.c_proj", gpt2_normal};
    nn::linear<n_vocab, n_embd> other{"mlp.other", gpt2_normal};

    constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
      return other(gelu(c_fc(x), cfg.gelu));
#else
      return c_proj(gelu(c_fc(x), cfg.gelu));
#endif
    }
  };

  struct block {
    nn::layer_norm<n_embd> ln_2{"ln_2"};
    mlp feed_forward;

    constexpr auto operator()(hidden_states x) const { return x + feed_forward(ln_2(x)); }
  };

  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = repeat<n_layer>("h", block{}, embedding(wte, ids));
    return outputs(output<"logits">(tied_head(x, wte)));
  }
};
TENON_MODEL(model, gpt<config{2, 32, 65, gelu_tanh}>{});
