// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: checkpoint_name_is_given_twice<.*>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  static constexpr checkpoint_names checkpoint{stored::ignored("mask"), stored::ignored("mask")};
#else
  static constexpr checkpoint_names checkpoint{stored::ignored("mask"), stored::ignored("mask.0")};
#endif

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
