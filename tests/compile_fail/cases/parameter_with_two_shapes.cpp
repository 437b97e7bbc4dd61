// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_with_two_shapes<(tenon::)?fixed_name<11(UL)?>\{"wte.weight"\}, tenon::at_lines<[0-9]+, [0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    param<f32, n_embd, n_hidden> w{"wte.weight", gpt2_normal};
#else
    param<f32, n_embd, n_hidden> w{"w.weight", gpt2_normal};
#endif
    return outputs(output<"x">(linear(embedding(wte, ids), w)));
  }
};
TENON_MODEL(model, model{});
