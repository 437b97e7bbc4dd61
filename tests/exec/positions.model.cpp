// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Numbers along dimensions, the positions of tokens among them: in arithmetic, behind products, in
// layers, and where they are needed as they are.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 21> {};
struct n_block : dim<21> {};
struct n_embd : dim<15> {};
struct n_qkv : dim<45> {};
struct n_head : dim<3> {};
struct n_wide : dim<37> {};
struct n_layer : dim<2> {};
struct one : dim<1> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

/// Of inputs that are read and of those that only say how many there are.
struct numbers_alone {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"x", f32, batch, n_wide> x) const {
    auto at = along<seq>(ids);
    auto here = along<seq>(ids) + 1.0;
    return outputs(output<"at">(at), output<"sequences">(along<batch>(ids)),
                   output<"columns">(along<n_wide>(ids)), output<"only">(along<one>(ids)),
                   output<"waves">(sin(0.1 * here)), output<"ramp">(x * along<n_wide>(x)),
                   output<"most">(max<n_wide>(along<n_wide>(x) - x)),
                   output<"rows">(x + along<batch>(x)));
  }
};

/// Attention that sees positions, in an epilogue, behind a product that reads them from memory, and
/// captured by layers.
struct numbers_in_layers {
  nn::linear<n_embd, n_embd> in{"in", normal(0.3)};
  param<f32, n_wide, n_embd> columns{"columns", normal(0.01)};
  param<f32, n_embd> decay{"decay", normal(0.3)};
  nn::layer_norm<n_embd> norm{"norm"};

  struct block {
    tensor<f32, seq> at;
    param<f32, n_embd, n_qkv> qkv{"qkv", normal(0.3)};
    param<f32, n_embd> rate{"rate", normal(0.1)};
    nn::layer_norm<n_embd> norm{"norm"};
    kv_cache<f32, batch, n_block, n_embd> cache{"cache"};
    constexpr auto operator()(hidden_states x) const {
      auto slow = norm(x) + sin(at / 7.0) + rate * (0.1 * along<n_embd>(x));
      return x + causal_self_attention<n_head>(linear(slow, qkv), cache);
    }
  };

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    auto at = along<seq>(x);
    auto y = in(x) * (0.1 * along<n_embd>(x)) - 0.05 * at;
    y = y + linear(along<n_wide>(x), columns) + exp(at * -0.1) * (y * decay);
    y = norm(repeat<n_layer>("h", block{at}, y));
    return outputs(output<"y">(y), output<"at">(at), output<"loss">(cross_entropy(y, targets)));
  }
};

TENON_MODEL(numbers_alone, numbers_alone{});
TENON_MODEL(numbers_in_layers, numbers_in_layers{});
