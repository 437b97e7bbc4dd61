// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_is_not_one_of_the_other_operand<n_hidden, tenon::dims<batch, seq, n_embd>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  param<f32, n_block, n_hidden> wide{"wide.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = fused(ids, [&](auto ids) {
#ifdef MISTAKE
      return embedding(wte, ids) + embedding(wide, positions(ids));
#else
      return embedding(wte, ids) + embedding(wpe, positions(ids));
#endif
    });
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
