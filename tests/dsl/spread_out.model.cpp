// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Models whose calls take several lines. lines_test.cpp says which lines they must count as, and
// same_bytes.py that all compilers agree. The one spelling on which they do not agree is an operand
// of + that itself takes several lines.
// clang-format off: the point is where the line breaks are.
#include <tenon/tenon.hpp>

namespace {
using namespace tenon;
struct n : dim<4> {};

constexpr unsigned begin = __LINE__;
struct spread_out {
  nn::linear<n, n> fc{"fc", zeros};
  constexpr auto operator()(input<"x", f32, n> x) const {
    auto y = fc(
        x);                   // 0: the line of the name
    y = dropout(
        y, 0.5);              // 1: also
    y = y +
        x;                    // 2: the line of the right operand
    y = y
        + x;                  // 3: also
    y = scale(
        y + x,                // 4: an inner call has its own line, 5: the outer one is its name's
        2.0);
    return outputs(output<"y">(y));
  }
};

template <class Dim>
struct in_a_template {
  nn::linear<Dim, Dim> fc{"fc", zeros};
  constexpr auto operator()(input<"x", f32, Dim> x) const {
    auto y = fc(x);
    y = gelu(
        y, gelu_tanh);
    return outputs(output<"y">(y + x));
  }
};
}  // namespace

TENON_MODEL(spread_out, spread_out{});
TENON_MODEL(in_a_template, in_a_template<n>{});
