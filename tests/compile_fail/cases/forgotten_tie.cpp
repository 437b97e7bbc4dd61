// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_used_again_so_write_tied_if_it_is_meant<.*"wte.weight".*at_lines<9, 11>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    return outputs(output<"logits">(linear(x, wte)));
#else
    return outputs(output<"logits">(tied_head(x, wte)));
#endif
  }
};
TENON_MODEL(model, model{});
