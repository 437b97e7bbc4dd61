// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_holds_braces_which_repeat_adds_itself<(tenon::)?fixed_name<12(UL)?>\{"h.\{\}.weight"\}, tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    param<f32, n_embd> bias{"h.{}.weight", zeros};
#else
    param<f32, n_embd> bias{"bias", zeros};
#endif
    return outputs(output<"x">(embedding(wte, ids) + bias));
  }
};
TENON_MODEL(model, model{});
