// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_of_a_layer_that_another_stack_of_this_prefix_has<.*tenon::at_lines<8, 8> ?>
#include "dims.hpp"

struct block {
  nn::linear<n_embd, n_embd> fc{"fc", gpt2_normal};

  constexpr auto operator()(hidden_states x) const { return x + fc(x); }
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = repeat<n_layer>("h", block{}, embedding(wte, ids));
#ifdef MISTAKE
    x = repeat<n_layer>({"h", 1}, block{}, x);
#else
    x = repeat<n_layer>({"h", 2}, block{}, x);
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
