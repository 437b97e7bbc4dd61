// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Results larger than a cache: their stores go past it, in another loop than those of small
// results.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 1024> {};
struct n_vocab : dim<300> {};
struct n_block : dim<1024> {};
struct n_embd : dim<720> {};

struct streamed_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(0.5)};
  param<f32, n_block, n_embd> wpe{"wpe.weight", normal(0.5)};
  nn::layer_norm<n_embd> ln{"ln"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto [x, y] = fused(ids, [&](auto ids) {
      auto x = embedding(wte, ids) + embedding(wpe, positions(ids));
      return std::pair(x, ln(x));
    });
    return outputs(output<"x">(x), output<"y">(y));
  }
};

TENON_MODEL(streamed, streamed_model{});
