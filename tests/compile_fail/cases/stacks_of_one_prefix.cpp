// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_used_again_so_write_tied_if_it_is_meant<.*tenon::at_lines<8, 8> ?>
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
    x = repeat<n_layer>("h", block{}, x);
#else
    x = repeat<n_layer>("g", block{}, x);
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
