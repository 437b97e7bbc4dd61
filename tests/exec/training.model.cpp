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

TENON_MODEL(train_chain, chain{});
