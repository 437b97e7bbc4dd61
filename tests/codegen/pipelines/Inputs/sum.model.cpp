// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// No matrix and no table.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct n_embd : dim<16> {};

struct plain_model {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    return outputs(output<"sum">(x + x));
  }
};

TENON_MODEL(plain, plain_model{});
