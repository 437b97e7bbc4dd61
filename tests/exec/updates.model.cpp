// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters of every initialiser, in shapes that lie awkwardly in memory: rows, panels with and
// without padding, stacks of layers; large enough for several chunks of the gradient norm.
#include "widths.hpp"

using namespace tenon;

struct n_layer : dim<3> {};

struct update_block {
  nn::layer_norm<w65> ln{"ln"};
  nn::linear<w65, w129> fc{"fc", uniform(0.1)};
  nn::linear<w129, w65> proj{"proj", gpt2_scaled(3)};

  constexpr auto operator()(tensor<f32, batch, seq, w65> x) const { return x + proj(fc(ln(x))); }
};

struct updates {
  param<f32, w1021, w65> wte{"wte.weight", normal(0.5)};
  param<f32, w33, w65> wpe{"wpe.weight", uniform(0.25)};
  nn::linear<w65, w64> bridge{"bridge", normal(0.2), /*has_bias=*/false};
  nn::linear<w64, w64> square{"square", normal(0.1)};
  nn::linear<w64, w11> head{"head", ones};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x =
        fused(ids, [&](auto ids) { return embedding(wte, ids) + embedding(wpe, positions(ids)); });
    x = repeat<n_layer>("h", update_block{}, x);
    return outputs(output<"loss">(cross_entropy(head(square(bridge(x))), targets)));
  }
};

TENON_MODEL(updates, updates{});
