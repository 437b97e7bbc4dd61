// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_model_needs_an_input<model>
#include "dims.hpp"

struct model {
  static constexpr tensor<f32> nothing() { return tensor<f32>{{nullptr, 0}}; }
#ifdef MISTAKE
  constexpr auto operator()() const { return outputs(output<"x">(nothing())); }
#else
  constexpr auto operator()(input<"x", f32, batch> x) const {
    return outputs(output<"y">(gelu(x, gelu_tanh)));
  }
#endif
};
TENON_MODEL(model, model{});
