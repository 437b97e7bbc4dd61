// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: checkpoint_name_may_hold_one_layer_number_and_a_prefix_none<.*>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  static constexpr checkpoint_names checkpoint{stored::ignored("h.{0}.mask")};
#else
  static constexpr checkpoint_names checkpoint{stored::ignored("h.{}.mask")};
#endif

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
