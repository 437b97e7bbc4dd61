// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Training: products alone, at widths and depths around the tiles and panels of every target, with
// and without bias, and both forms of a head (the weight as it is read by a product, and a table).
#include "widths.hpp"

using namespace tenon;

struct chain {
  nn::linear<w20, w65> up{"up", normal(0.1)};
  nn::linear<w65, w9> middle{"middle", normal(0.1), false};
  nn::linear<w9, w17> down{"down", normal(0.1)};
  param<f32, w33, w17> table{"table", normal(0.1)};

  constexpr auto operator()(input<"x", f32, batch, seq, w20> x,
                            input<"targets", i32, batch, seq> targets) const {
    auto y = down(middle(up(x)));
    return outputs(output<"loss">(cross_entropy(tied_head(y, table), targets, /*ignore=*/-1)));
  }
};

// More rows than are summed or multiplied at a time, tokens than the head takes at once, and depths
// of more than one block: the gradients of `wide`'s input and of the head's.
struct long_batch : dyn<1, 2> {};
struct long_seq : dyn<300, 301> {};  // so that CHECK takes so many
struct wide : dim<1100> {};
struct symbols : dim<2111> {};

struct long_chain {
  nn::linear<w9, wide> up{"up", normal(0.1)};
  nn::linear<wide, w17> down{"down", normal(0.1)};
  param<f32, symbols, w17> table{"table", normal(0.1)};

  constexpr auto operator()(input<"x", f32, long_batch, long_seq, w9> x,
                            input<"targets", i32, long_batch, long_seq> targets) const {
    auto y = down(gelu(up(x), gelu_tanh));
    return outputs(output<"loss">(cross_entropy(tied_head(y, table), targets, /*ignore=*/-1)));
  }
};

TENON_MODEL(train_chain, chain{});
TENON_MODEL(train_long, long_chain{});
