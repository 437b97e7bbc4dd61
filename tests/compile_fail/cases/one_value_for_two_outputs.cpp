// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: output_is_a_value_that_another_output_has<(tenon::)?fixed_name<7(UL)?>\{"second"\}
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    return outputs(output<"first">(x), output<"second">(x));
#else
    return outputs(output<"first">(x), output<"second">(scale(x, 2)));
#endif
  }
};
TENON_MODEL(model, model{});
