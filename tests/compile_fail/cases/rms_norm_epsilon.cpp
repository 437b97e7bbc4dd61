// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: epsilon_must_be_above_0<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    return outputs(output<"x">(nn::rms_norm<n_embd>{"norm", 0.0}(embedding(wte, ids))));
#else
    return outputs(output<"x">(nn::rms_norm<n_embd>{"norm", 1e-6}(embedding(wte, ids))));
#endif
  }
};
TENON_MODEL(model, model{});
