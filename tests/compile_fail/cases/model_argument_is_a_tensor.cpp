// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: an_argument_of_a_model_must_be_an_input<tenon::tensor<tenon::i32, batch, seq> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  constexpr auto operator()(tensor<i32, batch, seq> ids) const {
#else
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#endif
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
