// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that go over rows: layer norms, sums, scales, GELUs and embeddings, alone and together,
// in widths around every vector width.
#include "widths.hpp"

using namespace tenon;

template <class C>
struct norm_pair {  // with and without bias
  param<f32, C> weight, bias;
  constexpr auto operator()(tensor<f32, batch, seq, C> x) const {
    return layer_norm(layer_norm(x, weight, bias), tied(weight));
  }
};

struct norms {
  param<f32, w1> weight1{"c1.weight", ones}, bias1{"c1.bias", normal(0.1)};
  norm_pair<w3> c3{{"c3.weight", ones}, {"c3.bias", normal(0.1)}};
  norm_pair<w5> c5{{"c5.weight", ones}, {"c5.bias", normal(0.1)}};
  norm_pair<w8> c8{{"c8.weight", ones}, {"c8.bias", normal(0.1)}};
  norm_pair<w17> c17{{"c17.weight", ones}, {"c17.bias", normal(0.1)}};
  norm_pair<w63> c63{{"c63.weight", ones}, {"c63.bias", normal(0.1)}};
  norm_pair<w64> c64{{"c64.weight", ones}, {"c64.bias", normal(0.1)}};
  norm_pair<w257> c257{{"c257.weight", ones}, {"c257.bias", normal(0.1)}};

  constexpr auto operator()(input<"a", f32, batch, seq, w1> a, input<"b", f32, batch, seq, w3> b,
                            input<"c", f32, batch, seq, w5> c, input<"d", f32, batch, seq, w8> d,
                            input<"e", f32, batch, seq, w17> e, input<"f", f32, batch, seq, w63> f,
                            input<"g", f32, batch, seq, w64> g,
                            input<"h", f32, batch, seq, w257> h) const {
    return outputs(output<"y1">(layer_norm(a, weight1, bias1)), output<"y3">(c3(b)),
                   output<"y5">(c5(c)), output<"y8">(c8(d)), output<"y17">(c17(e)),
                   output<"y63">(c63(f)), output<"y64">(c64(g)), output<"y257">(c257(h)));
  }
};

template <class C>
constexpr auto chain(tensor<f32, batch, seq, C> x, tensor<f32, seq, C> p, param<f32, C> row) {
  return scale(scale(x, 0.25) + p + row + x, -2.0) + x;
}

struct pointwise {
  param<f32, w1> row1{"row1", normal(0.1)};
  param<f32, w7> row7{"row7", normal(0.1)};
  param<f32, w65> row65{"row65", normal(0.1)};

  constexpr auto operator()(input<"a", f32, batch, seq, w1> a, input<"p", f32, seq, w1> p,
                            input<"b", f32, batch, seq, w7> b, input<"q", f32, seq, w7> q,
                            input<"c", f32, batch, seq, w65> c, input<"r", f32, seq, w65> r,
                            input<"row", f32, w5> row) const {
    return outputs(output<"a">(chain(a, p, row1)), output<"b">(chain(b, q, row7)),
                   output<"c">(chain(c, r, row65)), output<"tanh">(gelu(c, gelu_tanh)),
                   output<"erf">(gelu(c, gelu_erf)), output<"tanh7">(gelu(b, gelu_tanh)),
                   output<"erf7">(gelu(b, gelu_erf)), output<"row">(scale(row, 3.0) + row));
  }
};

struct embeddings {
  param<f32, w2, w1> table1{"table1", normal(0.1)};
  param<f32, w11, w5> table5{"table5", normal(0.1)};
  param<f32, w257, w17> table17{"table17", normal(0.1)};
  param<f32, w33, w17> places{"places", normal(0.1)};
  param<f32, w2, w17> kinds{"kinds", normal(0.1)};
  nn::layer_norm<w17> norm{"norm"};
  nn::layer_norm<w17> norm_alone{"norm_alone", /*has_bias=*/false};

  constexpr auto operator()(input<"a", i32, batch, seq> a, input<"b", i32, batch, seq> b,
                            input<"c", i32, batch, seq> c,
                            input<"kind", i32, batch, seq> kind) const {
    auto sum = embedding(table17, c) + embedding(places, positions(c));
    auto [x, y] = fused(c, [&](auto c) {
      auto x = scale(embedding(tied(table17), c), 4.0) + embedding(tied(places), positions(c));
      return std::pair(x, norm(x));
    });
    auto typed = embedding(tied(table17), c) + embedding(tied(places), positions(c)) +
                 embedding(kinds, kind);
    return outputs(output<"alone1">(embedding(table1, a)), output<"alone5">(embedding(table5, b)),
                   output<"sum">(sum), output<"scaled">(x), output<"norm">(y),
                   output<"kinds">(norm_alone(typed)));
  }
};

TENON_MODEL(norms, norms{});
TENON_MODEL(pointwise, pointwise{});
TENON_MODEL(embeddings, embeddings{});
