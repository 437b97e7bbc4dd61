// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention with functions of its scores, causal with a cache and in both directions: soft caps,
// windows, slopes by head, what tokens and sequences say of themselves. Contexts of more keys than
// a span, heads of D 20, 9 and 1, grouped, shared and one by one.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 300> {};
struct n_context : dim<300> {};
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct seven : dim<7> {};
struct d20 : dim<20> {};
struct d9 : dim<9> {};

constexpr double infinity = __builtin_inf();

// Gemma 2's: a scale of its own, a soft cap, a window before which spans of keys are skipped.
constexpr auto gemma(auto s, auto at, auto key) {
  return choose(at < key + 20, 5.0 * tanh(s * (0.3 / 5)), -infinity);
}

// BLOOM's: the farther a key, the less, by a slope of each head.
constexpr auto alibi(auto s, auto head, auto key) {
  return 0.4 * s + exp((head + 1) * -0.7) * expand_as(key, s);
}

template <class Float>
struct scored {
  kv_cache<Float, batch, n_context, n_kv, d20> grouped{"grouped"};
  kv_cache<Float, batch, n_context, d9> shared{"shared"};

  constexpr auto operator()(input<"q20", f32, batch, seq, n_kv, n_group, d20> q20,
                            input<"k20", f32, batch, seq, n_kv, d20> k20,
                            input<"v20", f32, batch, seq, n_kv, d20> v20,
                            input<"q9", f32, batch, seq, n_kv, d9> q9,
                            input<"k9", f32, batch, seq, d9> k9,
                            input<"v9", f32, batch, seq, d9> v9,
                            input<"of_sequence", f32, batch> of_sequence,
                            input<"of_token", f32, batch, seq> of_token) const {
    auto windowed = attention<d20>(q20, k20, v20, grouped, [](auto s) {
      return gemma(s, along<seq>(s), along<n_context>(s));
    });
    // A token sees what lies behind a boundary of its own; some see nothing, which gives 0.
    auto bound = of_token * of_token * 30.0;
    auto masked = attention<d9>(q9, k9, v9, shared, [&](auto s) {
      auto sloped = alibi(s, along<n_kv>(s), along<n_context>(s));
      return choose(along<n_context>(s) < bound || s > 4, -infinity, sloped + of_sequence * s);
    });
    return outputs(output<"windowed">(windowed), output<"masked">(masked));
  }
};

// Trained, in layers and outside of them.
struct short_seq : dyn<1, 70> {};
struct n_short : dim<70> {};
struct n_layer : dim<2> {};
struct layer_of_heads {
  kv_cache<f32, batch, n_short, n_kv, d9> kept{"kept"};
  param<f32, n_kv, n_group, d9> q{"q", normal(1)}, k{"k", normal(1)};

  constexpr auto operator()(tensor<f32, batch, short_seq, n_kv, n_group, d9> x,
                            tensor<f32, batch> of_sequence) const {
    auto keys = sum<n_group>(x * k);
    return x + attention<d9>(x * q, keys, keys, kept, [&](auto s) {
             // Of some sequences nothing is seen.
             auto near = along<short_seq>(s) < along<n_short>(s) + 20 && of_sequence < 1;
             auto scores = 3.0 * tanh(s * 0.2) - of_sequence * tanh(s) + 0.1 * along<n_kv>(s);
             return choose(near, scores, -infinity);
           });
  }
};
struct trained_scores {
  kv_cache<f32, batch, n_short, d20> shared{"shared"};
  param<f32, seven, d20> q{"q", normal(1)};
  param<f32, d20> k{"k", normal(1)}, v{"v", normal(1)};
  nn::layer_norm<d9> norm{"norm"};

  constexpr auto operator()(input<"x", f32, batch, short_seq, n_kv, n_group, d9> x,
                            input<"y", f32, batch, short_seq, seven, d20> y,
                            input<"z", f32, batch, short_seq, d20> z,
                            input<"of_sequence", f32, batch> of_sequence,
                            input<"targets", i32, batch, short_seq, n_kv, n_group> targets,
                            input<"others", i32, batch, short_seq, seven> others) const {
    auto first =
        repeat<n_layer>("h", [&](auto x) { return layer_of_heads{}(x, of_sequence); }, x + 0.0);
    auto second = attention<d20>(y * q, z * k, z * v, shared, [](auto s) {
      auto sloped = alibi(s, along<seven>(s), along<n_short>(s));
      return choose(along<short_seq>(s) < along<n_short>(s) + 40, sloped, -1e30);
    });
    return outputs(
        output<"h">(first), output<"g">(second),
        output<"loss">(cross_entropy(norm(first), targets) + cross_entropy(second, others)));
  }
};

// Both directions: padding by the length of each sequence, as BERT has it; without a function. Then
// what the tokens that are there sum up to, and the greatest of all.
struct all_seq : dyn<1, 140> {};
struct other : dyn<1, 140> {};
struct both_directions {
  param<f32, n_kv, n_group, d9> q{"q", normal(1)};
  param<f32, n_kv, d9> k{"k", normal(1)}, v{"v", normal(1)}, w{"w", normal(1)};

  constexpr auto operator()(input<"x", f32, batch, all_seq, n_kv, n_group, d9> x,
                            input<"y", f32, batch, all_seq, n_kv, d9> y,
                            input<"lengths", i32, batch> lengths,
                            input<"bounds", i32, batch, all_seq> bounds,
                            input<"targets", i32, batch, all_seq, n_kv, n_group> targets,
                            input<"others", i32, batch, n_kv, n_group> others) const {
    auto padded = attention<d9, other>(x * q, y * k, y * v, [&](auto s) {
      auto length = as_f32(lengths) * 0.04 + 1;
      return choose(along<other>(s) < length, s * attention_scale<d9>, -1e30);
    });
    auto all = padded + attention<d9, other>(padded, y * w, y * tied(v));
    auto length = as_f32(lengths) * 0.04 + 1;
    auto mean = sum<all_seq>(choose(along<all_seq>(all) < length, all, 0.0)) / length;
    auto pooled = mean - max<all_seq>(all * as_f32(bounds) * 0.001);
    auto loss = cross_entropy(all, targets) + cross_entropy(pooled, others);
    return outputs(
        output<"h">(all), output<"pooled">(pooled), output<"most">(max<all_seq>(as_f32(bounds))),
        output<"numbers">(as_f32(bounds) + as_f32(positions(bounds))), output<"loss">(loss));
  }
};

TENON_MODEL(scored, scored<f32>{});
TENON_MODEL(scored_bf16, scored<bf16>{});
TENON_MODEL(trained_scores, trained_scores{});
TENON_MODEL(both_directions, both_directions{});
