// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_of_two_among_dimensions_parameters_and_caches<.*"n_embd".*at_lines<0, [0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    return outputs(output<"x">(x + param<f32, n_embd>{"n_embd", zeros}));
#else
    return outputs(output<"x">(x + param<f32, n_embd>{"bias", zeros}));
#endif
  }
};
TENON_MODEL(model, model{});
