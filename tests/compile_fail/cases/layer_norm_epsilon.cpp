// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: epsilon_must_be_above_0<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_embd> w{"w", ones};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    return outputs(output<"x">(layer_norm(embedding(wte, ids), w, 0.0)));
#else
    return outputs(output<"x">(layer_norm(embedding(wte, ids), w, 1e-5)));
#endif
  }
};
TENON_MODEL(model, model{});
