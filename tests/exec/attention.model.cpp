// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention alone, over a long context: heads of D 20 (tails on every target), 64, 1 and 33, with
// keys and values kept in f32 and in bf16.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 300> {};
struct n_context : dim<300> {};
struct one_head : dim<1> {};
struct two_heads : dim<2> {};
struct three_heads : dim<3> {};
struct c3 : dim<3> {};
struct c9 : dim<9> {};
struct c33 : dim<33> {};
struct c99 : dim<99> {};
struct c40 : dim<40> {};
struct c120 : dim<120> {};
struct c64 : dim<64> {};
struct c192 : dim<192> {};
struct c297 : dim<297> {};

template <class Float>
struct attentions {
  kv_cache<Float, batch, n_context, c40> cache20{"cache20"};
  kv_cache<Float, batch, n_context, c64> cache64{"cache64"};
  kv_cache<Float, batch, n_context, c3> cache1{"cache1"};
  kv_cache<Float, batch, n_context, c33> cache33{"cache33"};

  constexpr auto operator()(input<"a", f32, batch, seq, c120> a,
                            input<"b", f32, batch, seq, c192> b, input<"c", f32, batch, seq, c9> c,
                            input<"d", f32, batch, seq, c99> d) const {
    return outputs(output<"y20">(causal_self_attention<two_heads>(a, cache20)),
                   output<"y64">(causal_self_attention<one_head>(b, cache64)),
                   output<"y1">(causal_self_attention<three_heads>(c, cache1)),
                   output<"y33">(causal_self_attention<one_head>(d, cache33)));
  }
};

// More keys than a span of attention on any target.
struct long_seq : dyn<1, 1100> {};
struct n_long : dim<1100> {};
struct c6 : dim<6> {};
struct c18 : dim<18> {};

template <class Float>
struct long_attention {
  kv_cache<Float, batch, n_long, c6> cache{"cache"};
  constexpr auto operator()(input<"x", f32, batch, long_seq, c18> x) const {
    return outputs(output<"y">(causal_self_attention<two_heads>(x, cache)));
  }
};

// Queries, keys and values apart: two key heads of three query heads each, one of seven, and one
// for each query head; heads of D 20, 9 and 33.
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct seven : dim<7> {};
struct d20 : dim<20> {};
struct d9 : dim<9> {};
struct d33 : dim<33> {};

template <class Float>
struct heads_apart {
  kv_cache<Float, batch, n_context, n_kv, d20> grouped{"grouped"};
  kv_cache<Float, batch, n_context, d9> shared{"shared"};
  kv_cache<Float, batch, n_context, n_kv, d33> own{"own"};

  constexpr auto operator()(input<"q20", f32, batch, seq, n_kv, n_group, d20> q20,
                            input<"k20", f32, batch, seq, n_kv, d20> k20,
                            input<"v20", f32, batch, seq, n_kv, d20> v20,
                            input<"q9", f32, batch, seq, seven, d9> q9,
                            input<"k9", f32, batch, seq, d9> k9,
                            input<"v9", f32, batch, seq, d9> v9,
                            input<"q33", f32, batch, seq, n_kv, d33> q33,
                            input<"k33", f32, batch, seq, n_kv, d33> k33,
                            input<"v33", f32, batch, seq, n_kv, d33> v33) const {
    return outputs(output<"y20">(attention<d20>(q20, k20, v20, grouped)),
                   output<"y9">(attention<d9>(q9, k9, v9, shared)),
                   output<"y33">(attention<d33>(q33, k33, v33, own)));
  }
};

// Trained: of grouped heads; in a stack of layers; of one head that all share, whose keys depend on
// no parameter; and of heads that depend on none at all.
struct short_seq : dyn<1, 70> {};
struct n_short : dim<70> {};
struct n_layer : dim<2> {};
struct layer_of_heads {
  kv_cache<f32, batch, n_short, n_kv, n_group, d20> own{"own"};
  param<f32, n_kv, n_group, d20> q{"q", normal(1)}, k{"k", normal(1)}, v{"v", normal(1)};

  constexpr auto operator()(tensor<f32, batch, short_seq, n_kv, n_group, d20> x) const {
    return x + attention<d20>(x * q, x * k, x * v, own);
  }
};
struct trained_heads {
  kv_cache<f32, batch, n_short, n_kv, d20> grouped{"grouped"};
  kv_cache<f32, batch, n_short, d20> shared{"shared"};
  kv_cache<f32, batch, n_short, n_kv, d20> frozen{"frozen"};
  param<f32, n_kv, n_group, d20> q{"q", normal(1)};
  param<f32, n_kv, d20> k{"k", normal(1)}, v{"v", normal(1)}, gain{"gain", normal(1)};

  constexpr auto operator()(input<"x", f32, batch, short_seq, n_kv, n_group, d20> x,
                            input<"y", f32, batch, short_seq, n_kv, d20> y,
                            input<"z", f32, batch, short_seq, d20> z,
                            input<"targets", i32, batch, short_seq, n_kv, n_group> targets,
                            input<"others", i32, batch, short_seq, n_kv> others) const {
    auto first = attention<d20>(x * q, y * k, y * v, grouped);
    first = repeat<n_layer>("h", layer_of_heads{}, first);
    auto second = attention<d20>(first, z, z, shared);
    auto third = gain * attention<d20>(y, y, y, frozen);
    return outputs(output<"h">(second), output<"g">(third),
                   output<"loss">(cross_entropy(second, targets) + cross_entropy(third, others)));
  }
};

// Few heads over many spans of keys: threads share the spans.
template <class Float>
struct few_heads {
  kv_cache<Float, batch, n_long, c64> cache64{"cache64"};
  kv_cache<Float, batch, n_long, c99> cache33{"cache33"};
  kv_cache<Float, batch, n_long, d20> cache20{"cache20"};
  constexpr auto operator()(input<"a", f32, batch, long_seq, c192> a,
                            input<"b", f32, batch, long_seq, c297> b,
                            input<"q", f32, batch, long_seq, seven, d20> q,
                            input<"k", f32, batch, long_seq, d20> k,
                            input<"v", f32, batch, long_seq, d20> v) const {
    return outputs(output<"y64">(causal_self_attention<one_head>(a, cache64)),
                   output<"y33">(causal_self_attention<three_heads>(b, cache33)),
                   output<"y20">(attention<d20>(q, k, v, cache20)));
  }
};

// Two caches that differ in their contexts alone, on one source line.
struct two_contexts {
  kv_cache<f32, batch, n_context, c6> below{"below"};
  kv_cache<f32, batch, n_long, c6> above{"above"};
  template <class X, class Cache>
  static constexpr auto attend(X x, const Cache& cache) {
    return causal_self_attention<two_heads>(x, cache);
  }
  constexpr auto operator()(input<"x", f32, batch, seq, c18> x) const {
    return outputs(output<"y">(attend(x, above)), output<"z">(attend(x, below)));
  }
};

TENON_MODEL(attentions, attentions<f32>{});
TENON_MODEL(attentions_bf16, attentions<bf16>{});
TENON_MODEL(long_attention, long_attention<f32>{});
TENON_MODEL(long_attention_bf16, long_attention<bf16>{});
TENON_MODEL(few_heads, few_heads<f32>{});
TENON_MODEL(few_heads_bf16, few_heads<bf16>{});
TENON_MODEL(two_contexts, two_contexts{});
TENON_MODEL(heads_apart, heads_apart<f32>{});
TENON_MODEL(heads_apart_bf16, heads_apart<bf16>{});
TENON_MODEL(trained_heads, trained_heads{});
