// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around rows of earlier tokens.
#include <tenon/tenon.hpp>
using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 64> {};
struct n_block : dim<64> {};
struct n_embd : dim<32> {};

// the block

struct earlier {
  kept<f32, batch, n_block, n_embd> tokens{"tokens"}, rows{"rows"};
  param<f32, n_embd> mix{"mix", ones}, w0{"w0", ones}, w1{"w1", ones}, w2{"w2", ones};

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    return outputs(output<"y">(convolution(token_shift(x, tokens, mix), rows, w0, w1, w2)));
  }
};

TENON_MODEL(earlier, earlier{});
