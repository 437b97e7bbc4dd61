// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_model_needs_one_operator_call_that_is_no_template<model>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  constexpr auto operator()(auto ids) const {
#else
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#endif
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
