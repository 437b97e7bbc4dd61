// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_holds_braces_which_repeat_adds_itself<(tenon::)?fixed_name<18(UL)?>\{"h.\{\}.experts.\{\}.w"\}, tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_expert, n_embd> router{"gate.weight", gpt2_normal};
#ifdef MISTAKE
  param<f32, n_expert, n_hidden, n_embd> w{"h.{}.experts.{}.w", gpt2_normal};
#else
  param<f32, n_expert, n_hidden, n_embd> w{"experts.{}.w", gpt2_normal};
#endif

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto [score, expert] = top_k<n_expert, n_active>(linear(x, router));
    return outputs(output<"y">(linear(x, gather(w, expert))));
  }
};
TENON_MODEL(model, model{});
