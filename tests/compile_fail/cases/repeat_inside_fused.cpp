// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: repeat_inside_fused<tenon::at_lines<[0-9]+, [0-9]+> ?>
#include "dims.hpp"

struct block {
  constexpr auto operator()(hidden_states x) const { return dropout(x, 0.1); }
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto stack = [](auto x) { return repeat<n_layer>("h", block{}, x); };
#ifdef MISTAKE
    auto x = fused(embedding(wte, ids), stack);
#else
    auto x = stack(embedding(wte, ids));
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
