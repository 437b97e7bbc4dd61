// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks of layers: two of different widths, with an output after each; and layers that cannot
// write over what they take.
#include "widths.hpp"

using namespace tenon;

struct n_block : dim<33> {};
struct n_single : dim<1> {};
struct n_first : dim<2> {};
struct n_second : dim<3> {};
struct n_head : dim<3> {};
struct n_embd : dim<15> {};
struct n_qkv : dim<45> {};
struct n_narrow : dim<7> {};

struct attention_block {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::linear<n_embd, n_qkv> qkv{"qkv", normal(0.2)};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    return x + causal_self_attention<n_head>(qkv(ln(x)), cache);
  }
};

struct narrow_block {
  nn::layer_norm<n_narrow> ln{"ln"};
  nn::linear<n_narrow, n_narrow> fc{"fc", normal(0.2), /*has_bias=*/false};
  constexpr auto operator()(tensor<f32, batch, seq, n_narrow> x) const {
    return x + gelu(fc(ln(x)), gelu_tanh);
  }
};

struct two_stacks {
  param<f32, w11, n_embd> wte{"wte.weight", normal(0.5)};
  nn::linear<n_embd, n_narrow> bridge{"bridge", normal(0.2)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = repeat<n_first>("wide", attention_block{}, embedding(wte, ids));
    auto narrow = repeat<n_second>("narrow", narrow_block{}, bridge(x));
    return outputs(output<"wide">(x), output<"narrow">(narrow));
  }
};

// x is read in whole rows by the kernel that writes the next x, so two places take turns.
struct no_norm_block {
  nn::linear<n_embd, n_embd> fc{"fc", normal(0.2)};
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    return x + gelu(fc(x), gelu_tanh);
  }
};

// Its sum may lie where x was, but what enters the stack is needed afterwards.
struct norm_block {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::linear<n_embd, n_embd> fc{"fc", normal(0.2)};
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const { return x + fc(ln(x)); }
};

// Stacks of one, two and three layers: one begins with an input, one with a value that is also an
// output, one is an output in the middle.
struct in_turns {
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto one = repeat<n_single>("one", no_norm_block{}, x);
    auto two = repeat<n_first>("two", no_norm_block{}, one);
    auto three = repeat<n_second>("three", no_norm_block{}, two);
    auto kept = repeat<n_second>("kept", norm_block{}, three);
    auto input_kept = repeat<n_first>("input_kept", norm_block{}, x);
    return outputs(output<"one">(one), output<"three">(three), output<"kept">(kept + two),
                   output<"input_kept">(input_kept));
  }
};

TENON_MODEL(two_stacks, two_stacks{});
TENON_MODEL(in_turns, in_turns{});
