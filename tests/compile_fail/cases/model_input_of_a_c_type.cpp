// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_type_must_be_f32_bf16_i32_or_f64<int>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

#ifdef MISTAKE
  constexpr auto operator()(input<"x", int, batch, seq> x) const {
    return outputs(output<"x">(x));
#else
  constexpr auto operator()(input<"x", i32, batch, seq> x) const {
    return outputs(output<"y">(embedding(wte, x)));
#endif
  }
};
TENON_MODEL(model, model{});
