// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: the_member_checkpoint_of_a_model_must_be_checkpoint_names<tenon::stored>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  static constexpr auto checkpoint = stored::prefix("transformer.");
#else
  static constexpr checkpoint_names checkpoint{stored::prefix("transformer.")};
#endif

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
