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

// Few heads over many spans of keys: threads share the spans.
template <class Float>
struct few_heads {
  kv_cache<Float, batch, n_long, c64> cache64{"cache64"};
  kv_cache<Float, batch, n_long, c99> cache33{"cache33"};
  constexpr auto operator()(input<"a", f32, batch, long_seq, c192> a,
                            input<"b", f32, batch, long_seq, c297> b) const {
    return outputs(output<"y64">(causal_self_attention<one_head>(a, cache64)),
                   output<"y33">(causal_self_attention<three_heads>(b, cache33)));
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
