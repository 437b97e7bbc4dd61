// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: relu
// LINES: 12 from g++, 15 from clang++
// ERRORS: 1 from g++, 2 from clang++
#include "dims.hpp"

// Nothing that a rule of ours could find. clang cannot evaluate such a model, and says so besides.
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    x = relu(x);
#else
    x = gelu(x, gelu_tanh);
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
