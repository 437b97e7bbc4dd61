// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around functions of attention's scores.
#include <tenon/tenon.hpp>
using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 64> {};
struct n_block : dim<64> {};
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct n_dim : dim<64> {};

// the block

struct scores {
  kv_cache<f32, batch, n_block, n_kv, n_dim> first{"first"}, second{"second"}, third{"third"};

  constexpr auto operator()(input<"q", f32, batch, seq, n_kv, n_group, n_dim> q,
                            input<"k", f32, batch, seq, n_kv, n_dim> k) const {
    auto x = attention<n_dim>(q, k, k, first, [](auto s) { return capped(s); });
    auto y = attention<n_dim>(q, k, k, second, [](auto s) { return window(s); });
    auto z = attention<n_dim>(q, k, k, third, [](auto s) { return slopes(s); });
    return outputs(output<"x">(x), output<"y">(y), output<"z">(z));
  }
};

TENON_MODEL(scores, scores{});
