// A model of two stacks of different widths, with an output after each.
#include "widths.hpp"

using namespace tenon;

struct n_block : dim<33> {};
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

TENON_MODEL(two_stacks, two_stacks{});
