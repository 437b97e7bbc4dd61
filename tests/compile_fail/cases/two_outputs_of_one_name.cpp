// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: two_outputs_of_one_name<(tenon::)?fixed_name<2(UL)?>\{"x"\}, tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    return outputs(output<"x">(x), output<"x">(gelu(x, gelu_tanh)));
#else
    return outputs(output<"x">(x), output<"y">(gelu(x, gelu_tanh)));
#endif
  }
};
TENON_MODEL(model, model{});
