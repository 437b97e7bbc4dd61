// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Norms, softmaxes and the like as ordinary arithmetic: reductions and what is repeated by name, in
// rows of 1, of primes and around a vector. All of them agree with the reference.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 9> {};
struct n_vocab : dim<11> {};
struct n_place : dim<9> {};
struct n_layer : dim<2> {};
struct n_head : dim<3> {};
struct n_dim : dim<5> {};
struct n_embd : dim<37> {};
struct n_hidden : dim<67> {};
struct n_width : dim<12> {};
struct n_qkv : dim<36> {};
struct one : dim<1> {};

using ids_of = input<"ids", i32, batch, seq>;
using targets_of = input<"targets", i32, batch, seq>;

// A block as Llama's: RMS norms, gated; trained.
struct gated_block {
  nn::rms_norm<n_embd> norm{"norm"};
  nn::linear<n_embd, n_hidden> gate{"gate", normal(0.3), false}, up{"up", normal(0.3), false};
  nn::linear<n_hidden, n_embd> down{"down", normal(0.3), false};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto n = norm(x);
    return x + down(nn::silu(gate(n)) * up(n));
  }
};
struct rms_layers {
  param<f32, n_vocab, n_embd> wte{"wte", normal(1)};
  nn::rms_norm<n_embd> norm{"norm", 1e-6};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = repeat<n_layer>("h", gated_block{}, embedding(wte, ids));
    auto logits = tied_head(norm(x), wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

// With a cache: what `step` computes for the last token alone.
struct cached_block {
  nn::rms_norm<n_width> norm{"norm"};
  nn::linear<n_width, n_qkv> c_attn{"c_attn", normal(0.3)};
  nn::linear<n_width, n_width> c_proj{"c_proj", normal(0.3)};
  kv_cache<f32, batch, n_place, n_width> cache{"cache"};

  constexpr auto operator()(tensor<f32, batch, seq, n_width> x) const {
    return x + c_proj(causal_self_attention<n_head>(c_attn(norm(x)), cache));
  }
};
struct rms_cached {
  param<f32, n_vocab, n_width> wte{"wte", normal(1)};
  nn::rms_norm<n_width> norm{"norm"};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = repeat<n_layer>("h", cached_block{}, embedding(wte, ids));
    auto logits = tied_head(norm(x), wte);
    logits = 3 * tanh(logits / 3);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

// Queries and keys of heads, each of a length of its own, times a gain for each head.
struct head_norms {
  param<f32, n_vocab, n_embd> wte{"wte", normal(1)};
  param<f32, n_head, n_dim> gain{"gain", normal(1)};
  param<f32, n_head> of_head{"of_head", normal(1)};
  nn::rms_norm<n_dim> norm{"norm"};

  constexpr auto operator()(ids_of ids, targets_of targets,
                            input<"q", f32, batch, seq, n_head, n_dim> q) const {
    auto gained = q * gain;
    auto normed = nn::unit_rms<n_dim>(gained) * of_head + norm(gained);
    auto score = sum<n_dim>(normed * normed);
    auto most = max<n_head>(score);
    auto x = embedding(wte, ids) * dropout(most, 0.25);
    auto logits = tied_head(x / (1 + sum<n_head>(score)), wte);
    return outputs(output<"normed">(normed), output<"most">(most), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// A softmax, and a maximum that many elements share.
struct by_hand {
  param<f32, n_vocab, n_embd> wte{"wte", normal(1)};
  param<f32, n_embd> scale{"scale", normal(1)};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = embedding(wte, ids) * scale;
    auto e = exp(x - max<n_embd>(x));
    auto weights = e / sum<n_embd>(e);
    auto y = weights * max<n_embd>(min(x, 0.1)) + x;
    auto logits = tied_head(y, wte);
    return outputs(output<"weights">(weights), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// Two reductions that wait for one another, two that do not, their results used elsewhere too.
struct centred {
  param<f32, n_vocab, n_embd> wte{"wte", normal(1)};
  param<f32, n_embd> w{"w", ones};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = embedding(wte, ids);
    auto mean = sum<n_embd>(x) * (1.0 / n_embd::max);
    auto c = x - mean;
    auto variance = sum<n_embd>(c * c) * (1.0 / n_embd::max);
    auto y = c * rsqrt(variance + 1e-5) * w + max<n_embd>(x) * x;
    auto logits = tied_head(y, wte);
    return outputs(output<"mean">(mean), output<"variance">(variance), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// What lacks the middle dimension, and numbers for each position or each sequence.
struct repeated {
  param<f32, n_vocab, n_embd> wte{"wte", normal(1)};
  param<f32, n_place, n_embd> wpe{"wpe", normal(1)};
  param<f32, n_embd> w{"w", normal(1)};
  constexpr auto operator()(ids_of ids, targets_of targets,
                            input<"c", f32, batch, n_embd> c) const {
    auto of_sequence = tanh(c * w);
    auto of_place = sum<n_embd>(embedding(wpe, positions(ids))) * 0.1;
    auto x = embedding(wte, ids) * of_sequence - of_place;
    x = x + sum<n_embd>(of_sequence) * x;
    auto logits = tied_head(x, wte);
    return outputs(output<"of_place">(of_place), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// Rows of 1 and of a whole vector and one more, and rows that are one tensor.
struct small_rows {
  param<f32, n_vocab, one> narrow{"narrow", normal(1)};
  param<f32, n_vocab, n_hidden> wide{"wide", normal(0.2)};
  constexpr auto operator()(ids_of ids, targets_of targets, input<"v", f32, n_hidden> v) const {
    auto x = embedding(narrow, ids);
    auto y = nn::unit_rms<n_hidden>(embedding(wide, ids)) * nn::unit_rms<n_hidden>(v);
    auto numbers =
        sum<one>(nn::unit_rms<one>(x * x + 0.5, 0.5) * x) + sum<n_hidden>(v * v) / n_hidden::max;
    y = y * numbers;
    auto logits = tied_head(y, wide);
    return outputs(output<"y">(y), output<"logits">(logits),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

TENON_MODEL(rms_layers, rms_layers{});
TENON_MODEL(rms_cached, rms_cached{});
TENON_MODEL(head_norms, head_norms{});
TENON_MODEL(by_hand, by_hand{});
TENON_MODEL(centred, centred{});
TENON_MODEL(repeated, repeated{});
TENON_MODEL(small_rows, small_rows{});
