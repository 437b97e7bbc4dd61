// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model in a float type that kernels do not compute yet.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct n_in : dim<8> {};
struct n_out : dim<9> {};

struct half {
  param<bf16, n_in, n_out> w{"w", gpt2_normal};

  constexpr auto operator()(input<"x", bf16, batch, n_in> x) const {
    return outputs(output<"y">(linear(x, w)));
  }
};

TENON_MODEL(half, half{});
