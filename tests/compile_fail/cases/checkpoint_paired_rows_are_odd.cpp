// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: swapped_and_paired_need_two_dimensions_and_paired_an_even_last_but_one<.*>
#include "dims.hpp"

struct n_odd : dim<7> {};

struct model {
#ifdef MISTAKE
  param<f32, n_odd, n_embd> w{"w.weight", gpt2_normal};
#else
  param<f32, n_hidden, n_embd> w{"w.weight", gpt2_normal};
#endif
  static constexpr checkpoint_names checkpoint{stored::paired("q.weight", "w.weight")};

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    return outputs(output<"y">(linear(x, w)));
  }
};
TENON_MODEL(model, model{});
