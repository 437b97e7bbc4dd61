// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: repeat_inside_repeat<tenon::at_lines<[0-9]+, [0-9]+> ?>
#include "dims.hpp"

struct inner {
  constexpr auto operator()(hidden_states x) const { return dropout(x, 0.1); }
};
struct around {
  constexpr auto operator()(hidden_states x) const { return repeat<n_layer>("i", inner{}, x); }
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    return outputs(output<"x">(repeat<n_layer>("h", around{}, embedding(wte, ids))));
#else
    return outputs(output<"x">(repeat<n_layer>("h", inner{}, embedding(wte, ids))));
#endif
  }
};
TENON_MODEL(model, model{});
