// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: two_inputs_of_one_name<(tenon::)?fixed_name<4(UL)?>\{"ids"\} ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
#ifdef MISTAKE
                            input<"ids", i32, batch, seq> targets) const {
#else
                            input<"targets", i32, batch, seq> targets) const {
#endif
    auto logits = tied_head(embedding(wte, ids), wte);
    return outputs(output<"loss">(cross_entropy(logits, targets)));
  }
};
TENON_MODEL(model, model{});
