// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: two_dimensions_of_one_name<(tenon::)?fixed_name<8(UL)?>\{"n_vocab"\} ?>
#include "dims.hpp"

struct other {
#ifdef MISTAKE
  struct n_vocab : dim<65> {};
#else
  using n_vocab = ::n_vocab;
#endif
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, other::n_vocab, n_embd> head{"head.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(tied_head(embedding(wte, ids), head)));
  }
};
TENON_MODEL(model, model{});
