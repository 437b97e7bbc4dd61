// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A fused(...) that one kernel cannot keep: a norm needs whole rows of the product.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct n_embd : dim<16> {};

struct split_model {
  nn::linear<n_embd, n_embd> fc{"fc", gpt2_normal};
  nn::layer_norm<n_embd> ln{"ln"};
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    auto y = fused(x, [&](auto x) {
      auto y = fc(x);
      return ln(y);
    });
    return outputs(output<"y">(y));
  }
};

TENON_MODEL(split, split_model{});
