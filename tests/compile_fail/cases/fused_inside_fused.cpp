// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: fused_inside_fused<tenon::at_lines<[0-9]+, [0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    auto inner = [](auto x) { return fused(x, [](auto x) { return dropout(x, 0.1); }); };
#else
    auto inner = [](auto x) { return dropout(x, 0.1); };
#endif
    return outputs(output<"x">(fused(embedding(wte, ids), inner)));
  }
};
TENON_MODEL(model, model{});
