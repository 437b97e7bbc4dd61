// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dropout_probability_must_be_at_least_0_and_below_1<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    return outputs(output<"x">(dropout(embedding(wte, ids), 10)));
#else
    return outputs(output<"x">(dropout(embedding(wte, ids), 0.1)));
#endif
  }
};
TENON_MODEL(model, model{});
