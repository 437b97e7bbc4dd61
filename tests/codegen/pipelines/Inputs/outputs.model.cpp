// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Outputs that differ in training only: dropout is the identity elsewhere.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct n_embd : dim<16> {};

struct twice_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    auto y = x + x;
    return outputs(output<"first">(y), output<"second">(dropout(y, 0.5)));
  }
};

struct passed_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    return outputs(output<"sum">(x + x), output<"same">(dropout(x, 0.5)));
  }
};

TENON_MODEL(twice, twice_model{});
TENON_MODEL(passed, passed_model{});
