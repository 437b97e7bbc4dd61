// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<gpt<.*>::n_hidden, tenon::dims<
// LINES: 13 from g++, 24 from clang++
#include <tenon/tenon.hpp>
using namespace tenon;

template <int N>
struct gpt {
  struct batch : dyn<1, 8> {};
  struct seq : dyn<1, 16> {};
  struct n_layer : dim<2> {};
  struct n_embd : dim<N> {};
  struct n_hidden : dim<4 * N> {};
  struct n_vocab : dim<65> {};

  struct block {
    nn::linear<n_embd, n_embd> c_proj{"c_proj", gpt2_normal};
    constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const { return x + c_proj(x); }
  };

  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_hidden> wide{"wide", gpt2_normal};
  param<f32, n_embd> bias{"bias", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = fused(ids, [&](auto ids) {
#ifdef MISTAKE
      return dropout(embedding(wte, ids) + wide, 0.1);
#else
      return dropout(embedding(wte, ids) + bias, 0.1);
#endif
    });
    x = repeat<n_layer>("h", block{}, x);
    return outputs(output<"logits">(tied_head(x, wte)));
  }
};
TENON_MODEL(model, gpt<32>{});
