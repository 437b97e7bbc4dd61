// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention of queries, keys and values apart, with a cache of bf16.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_block : dim<8> {};
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct n_dim : dim<4> {};

struct heads_model {
  kv_cache<bf16, batch, n_block, n_kv, n_dim> cache{"cache"};

  constexpr auto operator()(input<"q", f32, batch, seq, n_kv, n_group, n_dim> q,
                            input<"k", f32, batch, seq, n_kv, n_dim> k,
                            input<"v", f32, batch, seq, n_kv, n_dim> v) const {
    return outputs(output<"y">(attention<n_dim>(q, k, v, cache)));
  }
};

TENON_MODEL(heads, heads_model{});
