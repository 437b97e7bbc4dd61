// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_model_must_return_outputs<tenon::tensor<tenon::f32, batch, seq, n_embd> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    return embedding(wte, ids);
#else
    return outputs(output<"x">(embedding(wte, ids)));
#endif
  }
};
TENON_MODEL(model, model{});
