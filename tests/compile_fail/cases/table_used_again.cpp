// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_used_again_so_write_tied_if_it_is_meant<.*"wte.weight".*at_lines<10, 12>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"kinds", i32, batch, seq> kinds) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    x = x + embedding(wte, kinds);
#else
    x = x + embedding(tied(wte), kinds);
#endif
    return outputs(output<"logits">(tied_head(x, wte)));
  }
};
TENON_MODEL(model, model{});
