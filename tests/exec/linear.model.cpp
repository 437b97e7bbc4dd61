// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products alone: packed weights with and without bias, and the table of the tied head; each
// depth K against widths around the panels of every target, more than one panel, and 1. Each with
// weights of f32 and, as the DSL declares them, of bf16.
#include "widths.hpp"

using namespace tenon;

template <class T, class K, class N>
struct linear_plain {
  param<T, K, N> weight;
  template <class Time>
  constexpr auto operator()(tensor<f32, batch, Time, K> x) const {
    return linear(x, weight);
  }
};

template <class T, class K, class N>
struct linear_biased {
  param<T, K, N> weight;
  param<f32, N> bias;
  template <class Time>
  constexpr auto operator()(tensor<f32, batch, Time, K> x) const {
    return linear(x, weight, bias);
  }
};

template <class T>
struct linear_widths {
  linear_biased<T, w20, w1> n1{{"n1.weight", normal(0.1)}, {"n1.bias", normal(0.1)}};
  linear_plain<T, w20, w3> n3{{"n3.weight", normal(0.1)}};
  linear_biased<T, w20, w7> n7{{"n7.weight", normal(0.1)}, {"n7.bias", normal(0.1)}};
  linear_plain<T, w20, w8> n8{{"n8.weight", normal(0.1)}};
  linear_plain<T, w20, w9> n9{{"n9.weight", normal(0.1)}};
  linear_biased<T, w20, w16> n16{{"n16.weight", normal(0.1)}, {"n16.bias", normal(0.1)}};
  linear_biased<T, w20, w17> n17{{"n17.weight", normal(0.1)}, {"n17.bias", normal(0.1)}};
  linear_plain<T, w20, w33> n33{{"n33.weight", normal(0.1)}};
  linear_plain<T, w20, w63> n63{{"n63.weight", normal(0.1)}};
  linear_biased<T, w20, w64> n64{{"n64.weight", normal(0.1)}, {"n64.bias", normal(0.1)}};
  linear_biased<T, w20, w65> n65{{"n65.weight", normal(0.1)}, {"n65.bias", normal(0.1)}};
  linear_plain<T, w20, w129> n129{{"n129.weight", normal(0.1)}};
  linear_plain<T, w20, w257> n257{{"n257.weight", normal(0.1)}};

  constexpr auto operator()(input<"x", f32, batch, seq, w20> x) const {
    return outputs(output<"y1">(n1(x)), output<"y3">(n3(x)), output<"y7">(n7(x)),
                   output<"y8">(n8(x)), output<"y9">(n9(x)), output<"y16">(n16(x)),
                   output<"y17">(n17(x)), output<"y33">(n33(x)), output<"y63">(n63(x)),
                   output<"y64">(n64(x)), output<"y65">(n65(x)), output<"y129">(n129(x)),
                   output<"y257">(n257(x)));
  }
};

template <class T>
struct linear_depths {
  linear_biased<T, w1, w17> k1{{"k1.weight", normal(0.1)}, {"k1.bias", normal(0.1)}};
  linear_plain<T, w5, w17> k5{{"k5.weight", normal(0.1)}};
  linear_biased<T, w64, w1> k64{{"k64.weight", normal(0.1)}, {"k64.bias", normal(0.1)}};
  linear_plain<T, w257, w65> k257{{"k257.weight", normal(0.1)}};
  linear_biased<T, w1021, w9> k1021{{"k1021.weight", normal(0.1)}, {"k1021.bias", normal(0.1)}};

  constexpr auto operator()(input<"a", f32, batch, seq, w1> a, input<"b", f32, batch, seq, w5> b,
                            input<"c", f32, batch, seq, w64> c, input<"d", f32, batch, seq, w257> d,
                            input<"e", f32, batch, seq, w1021> e) const {
    return outputs(output<"y1">(k1(a)), output<"y5">(k5(b)), output<"y64">(k64(c)),
                   output<"y257">(k257(d)), output<"y1021">(k1021(e)));
  }
};

template <class T>
struct tied_heads {
  nn::torch_linear<w1, w1, T> v1{"v1", normal(0.1), false};
  param<T, w257, w1> v257{"v257", normal(0.1)};
  param<T, w2, w5> v2{"v2", normal(0.1)};
  param<T, w11, w16> v11{"v11", normal(0.1)};
  param<T, w7, w20> v7{"v7", normal(0.1)};
  param<T, w1021, w33> v1021{"v1021", normal(0.1)};
  param<T, w65, w64> v65{"v65", normal(0.1)};
  param<T, w3, w257> v3{"v3", normal(0.1)};
  param<T, w5, w8195> v5{"v5", normal(0.1)};  // so deep that its rows are taken a few at a time

  constexpr auto operator()(input<"a", f32, batch, seq, w1> a, input<"b", f32, batch, seq, w5> b,
                            input<"c", f32, batch, seq, w16> c, input<"d", f32, batch, seq, w20> d,
                            input<"e", f32, batch, seq, w33> e, input<"f", f32, batch, seq, w64> f,
                            input<"g", f32, batch, seq, w257> g,
                            input<"h", f32, batch, seq, w8195> h) const {
    return outputs(output<"y1">(v1(a)), output<"y257">(tied_head(a, v257)),
                   output<"y2">(tied_head(b, v2)), output<"y11">(tied_head(c, v11)),
                   output<"y7">(tied_head(d, v7)), output<"y1021">(tied_head(e, v1021)),
                   output<"y65">(tied_head(f, v65)), output<"y3">(tied_head(g, v3)),
                   output<"y5">(tied_head(h, v5)));
  }
};

// So many rows that they are taken in blocks: of 4 MB and more, 4081 of depth 257, 1028 of 1021,
// and twice that in bf16.
struct many : dyn<1, 4500> {};

template <class T>
struct linear_rows {
  linear_biased<T, w257, w65> k257{{"k257.weight", normal(0.1)}, {"k257.bias", normal(0.1)}};
  linear_plain<T, w1021, w9> k1021{{"k1021.weight", normal(0.1)}};

  constexpr auto operator()(input<"a", f32, batch, many, w257> a,
                            input<"b", f32, batch, many, w1021> b) const {
    return outputs(output<"y257">(k257(a)), output<"y1021">(k1021(b)));
  }
};

// What the product's kernel goes on with: bias, GELU, scale, sums with a tensor, with rows for each
// position and with a row for all.
template <class T>
struct linear_epilogue {
  param<T, w33, w129> weight{"weight", normal(0.1)};
  param<f32, w129> bias{"bias", normal(0.1)}, row{"row", normal(0.1)};
  param<T, w17, w33> table{"table", normal(0.1)};

  constexpr auto operator()(input<"x", f32, batch, seq, w33> x, input<"r", f32, batch, seq, w129> r,
                            input<"p", f32, seq, w129> p, input<"q", f32, seq, w17> q) const {
    return outputs(output<"a">(linear(x, weight, bias) + r),
                   output<"b">(scale(gelu(linear(x, tied(weight)), gelu_tanh), 0.5) + p + row),
                   output<"c">(gelu(linear(x, tied(weight), tied(bias)) + tied(row), gelu_erf)),
                   output<"d">(scale(tied_head(x, table), -3.0) + q));
  }
};

TENON_MODEL(linear_widths, linear_widths<f32>{});
TENON_MODEL(linear_widths_bf16, linear_widths<bf16>{});
TENON_MODEL(linear_depths, linear_depths<f32>{});
TENON_MODEL(linear_depths_bf16, linear_depths<bf16>{});
TENON_MODEL(tied_heads, tied_heads<f32>{});
TENON_MODEL(tied_heads_bf16, tied_heads<bf16>{});
TENON_MODEL(linear_rows, linear_rows<f32>{});
TENON_MODEL(linear_rows_bf16, linear_rows<bf16>{});
TENON_MODEL(linear_epilogue, linear_epilogue<f32>{});
TENON_MODEL(linear_epilogue_bf16, linear_epilogue<bf16>{});
