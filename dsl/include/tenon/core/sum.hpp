// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What tensors and params need to write `x + y`: the line of the operator, and refusals.
#pragma once
#include "tenon/core/refusal.hpp"
#include "tenon/core/where.hpp"

namespace tenon {
namespace error {
template <class X>
struct left_operand_must_be_a_tensor {};
template <class X, class Y>
struct a_variable_keeps_its_type_so_declare_another {};
}  // namespace error

namespace detail {

template <class X, class Y>
consteval auto check_add();  // both in ops/pointwise.hpp
template <class X, class Y>
constexpr auto emit_add(const X& x, const Y& y, where at);

/// The right operand of an accepted `+`. An operator has no default arguments, but a conversion
/// has: here the line is found. An operand spread over several lines is the one case where g++
/// (its end) and clang (its begin) differ; add(x, y) has no such case.
template <class Y>
struct right_operand {
  const Y& value;
  where at;

  constexpr right_operand(const Y& y, where line = where::here()) : value(y), at(line) {}
};

/// Base of what may stand left of `+` and, for variables, of `=`, with what does not fit.
template <class Self>
struct refused_sum {
  template <class Y, class Error = decltype(check_add<Self, Y>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("x + y: the dimensions of y must be the last ones of x")
  constexpr refused_value operator+(Y) const {
    return {};
  }

  template <class Y, class Error = error::a_variable_keeps_its_type_so_declare_another<Self, Y>>
    requires(!any_refused<Y> && !__is_base_of(Self, Y))
  TENON_REFUSES("x = y: both must have the same dimensions and element type")
  constexpr refused_value operator=(Y) {
    return {};
  }
  constexpr refused_value operator=(refused_value) { return {}; }
};

template <class X>
concept declares_sum = requires(X x) { typename X::shape; };

/// The right operand of `1.0 + x`.
template <class X, class Y>
struct stranger_plus {
  template <class Z, class Error = error::left_operand_must_be_a_tensor<X>>
    requires __is_same
  (Z, Y) TENON_REFUSES("x + y: x must be a tensor") constexpr stranger_plus(const Z&) {}
};

}  // namespace detail
}  // namespace tenon
