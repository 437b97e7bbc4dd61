// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_is_empty<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    param<f32, n_embd> bias{"", zeros};
#else
    param<f32, n_embd> bias{"bias", zeros};
#endif
    return outputs(output<"x">(embedding(wte, ids) + bias));
  }
};
TENON_MODEL(model, model{});
