// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: output_is_an_input_as_it_is<(tenon::)?fixed_name<5(UL)?>\{"same"\}
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
#ifdef MISTAKE
    return outputs(output<"x">(x), output<"same">(ids));
#else
    return outputs(output<"x">(x));
#endif
  }
};
TENON_MODEL(model, model{});
