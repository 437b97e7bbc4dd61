// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: checkpoint_name_must_have_a_layer_number_where_its_parameter_has_one<.*>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
#ifdef MISTAKE
  static constexpr checkpoint_names checkpoint{stored::twin("h.{}.wte.weight", "wte.weight")};
#else
  static constexpr checkpoint_names checkpoint{stored::twin("h.0.wte.weight", "wte.weight")};
#endif

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
