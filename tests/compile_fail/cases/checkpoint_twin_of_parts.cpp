// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: checkpoint_name_of_a_parameter_that_is_stored_as_several_tensors<.*>
#include "dims.hpp"

struct model {
  param<f32, n_expert, n_embd> router{"gate.weight", gpt2_normal};
  param<f32, n_expert, n_hidden, n_embd> w{"experts.{}.w.weight", gpt2_normal};
#ifdef MISTAKE
  static constexpr checkpoint_names checkpoint{stored::twin("w.{}", "experts.{}.w.weight")};
#else
  static constexpr checkpoint_names checkpoint{stored::ignored("w.{}")};
#endif

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto [score, expert] = top_k<n_expert, n_active>(linear(x, router));
    return outputs(output<"y">(linear(x, gather(w, expert))));
  }
};
TENON_MODEL(model, model{});
