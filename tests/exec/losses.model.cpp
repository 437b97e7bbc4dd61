// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cross-entropy alone, over vocabularies of 1 and around the vectors, with two numbers for ignored.
#include "widths.hpp"

using namespace tenon;

struct losses {
  constexpr auto operator()(input<"a", f32, batch, seq, w1> a, input<"b", f32, batch, seq, w2> b,
                            input<"c", f32, batch, seq, w17> c,
                            input<"d", f32, batch, seq, w1021> d, input<"ta", i32, batch, seq> ta,
                            input<"tb", i32, batch, seq> tb, input<"tc", i32, batch, seq> tc,
                            input<"td", i32, batch, seq> td) const {
    return outputs(output<"l1">(cross_entropy(a, ta)), output<"l2">(cross_entropy(b, tb)),
                   output<"l17">(cross_entropy(c, tc, /*ignore=*/-7)),
                   output<"l1021">(cross_entropy(d, td)));
  }
};

TENON_MODEL(losses, losses{});
