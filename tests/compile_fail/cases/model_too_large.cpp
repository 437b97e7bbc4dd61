// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: model_is_too_large_so_define_a_greater<(tenon::)?fixed_name<16(UL)?>\{"TENON_MAX_NODES"\}
// ?>
#define TENON_MAX_NODES 4
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    auto e = embedding(wte, ids);
    auto x = e + e + e + e + e + e;
#else
    auto x = embedding(wte, ids);
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
