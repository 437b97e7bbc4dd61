// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: cache_used_twice<(tenon::)?fixed_name<5(UL)?>\{"rows"\}, tenon::at_lines<[0-9]+, [0-9]+>
// ?>
#include "dims.hpp"

struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  kept_rows rows{"rows"}, others{"others"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(wte, ids);
    x = x + before<1>(x, rows);
#ifdef MISTAKE
    x = x + before<1>(x, rows);
#else
    x = x + before<1>(x, others);
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
