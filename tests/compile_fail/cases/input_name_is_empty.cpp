// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_is_empty<tenon::at_line<0> ?>
#include "dims.hpp"

#ifdef MISTAKE
using ids_of = input<"", i32, batch, seq>;
#else
using ids_of = input<"ids", i32, batch, seq>;
#endif
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  constexpr auto operator()(ids_of ids) const { return outputs(output<"x">(embedding(wte, ids))); }
};
TENON_MODEL(model, model{});
