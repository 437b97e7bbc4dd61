// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model named `twin`; compiled once with each form of GELU, which is all that differs.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 8> {};
struct n_vocab : dim<11> {};
struct n_embd : dim<16> {};

struct twin_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(1.0)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(gelu(embedding(wte, ids), TENON_TWIN)));
  }
};

TENON_MODEL(twin, twin_model{});
