// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: swish
// LINES: 17 from g++, 12 from clang++
// ERRORS: 3 from g++, 2 from clang++
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    return x + swish(x);
#else
    return x + gelu(x, gelu_tanh);
#endif
  }
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = repeat<n_layer>("h", block{}, embedding(wte, ids));
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
