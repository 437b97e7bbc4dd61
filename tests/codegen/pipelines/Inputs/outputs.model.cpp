// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Outputs that no kernel of their own writes.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct n_embd : dim<16> {};

struct twice_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    auto y = x + x;
    return outputs(output<"first">(y), output<"second">(y));
  }
};

struct passed_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    return outputs(output<"sum">(x + x), output<"same">(x));
  }
};

TENON_MODEL(twice, twice_model{});
TENON_MODEL(passed, passed_model{});
