// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Embedding with layer norm in the sizes that take different ways through the GPU kernels: accesses
// of 1, 2 and 4 columns, rows smaller than a lane group, with and without a part turn, rows too
// large for registers, and more rows than one launch has work groups.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 64> {};
struct n_vocab : dim<300> {};
struct n_block : dim<64> {};

template <class N, class B, class T, class P>
struct rows_model {
  param<f32, n_vocab, N> wte{"wte.weight", normal(0.5)};
  param<f32, P, N> wpe{"wpe.weight", normal(0.5)};
  nn::layer_norm<N> ln{"ln"};

  constexpr auto operator()(input<"ids", i32, B, T> ids) const {
    auto [x, y] = fused(ids, [&](auto ids) {
      auto x = embedding(wte, ids) + embedding(wpe, positions(ids));
      return std::pair(x, ln(x));
    });
    return outputs(output<"x">(x), output<"y">(y));
  }
};

template <class N>
using small_rows = rows_model<N, batch, seq, n_block>;

namespace c2 {
struct n_embd : dim<2> {};
} // namespace c2
namespace c65 {
struct n_embd : dim<65> {};
} // namespace c65
namespace c96 {
struct n_embd : dim<96> {};
} // namespace c96
namespace c768 {
struct n_embd : dim<768> {};
} // namespace c768
namespace c770 {
struct n_embd : dim<770> {};
} // namespace c770
namespace c4100 {
struct n_embd : dim<4100> {};
} // namespace c4100
namespace many {
struct batch : dyn<1, 512> {};
struct seq : dyn<1, 1024> {};
struct n_block : dim<1024> {};
} // namespace many

TENON_MODEL(rows_2, small_rows<c2::n_embd>{});
TENON_MODEL(rows_65, small_rows<c65::n_embd>{});
TENON_MODEL(rows_96, small_rows<c96::n_embd>{});
TENON_MODEL(rows_768, small_rows<c768::n_embd>{});
TENON_MODEL(rows_770, small_rows<c770::n_embd>{});
TENON_MODEL(rows_4100, small_rows<c4100::n_embd>{});
TENON_MODEL(rows_many, (rows_model<c65::n_embd, many::batch, many::seq, many::n_block>{}));
