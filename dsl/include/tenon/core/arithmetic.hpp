// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What tensors and params need to write `x * y`, `tanh(x)` and `x < y`: the operators, functions of
// scalars, reductions and comparisons, the line of an operator, and refusals.
#pragma once
#include <type_traits>

#include "tenon/core/refusal.hpp"
#include "tenon/core/where.hpp"
#include "tenon/graph/format.hpp"

// Sign, and row of TENON_SCALARS; `+` has a node of its own.
#define TENON_OPERATORS(X) X(+, add) X(-, subtract) X(*, multiply) X(/, divide)
#define TENON_FUNCTIONS_OF_1(X) X(exp) X(log) X(sqrt) X(rsqrt) X(tanh) X(sigmoid) X(sin) X(cos)
#define TENON_FUNCTIONS_OF_2(X) X(min, minimum) X(max, maximum)
#define TENON_REDUCTIONS(X) X(sum) X(max)
// Sign, row of TENON_SCALARS that chooses by it, and whether its operands change places.
#define TENON_COMPARISONS(X) \
  X(<, select_less, false)   \
  X(>, select_less, true) X(<=, select_at_most, false) X(>=, select_at_most, true)

namespace tenon {
namespace error {
template <class X, class Y>
struct a_variable_keeps_its_type_so_declare_another {};
template <class X>
struct a_reduction_needs_its_dimension_as_in_sum_D_x {};
}  // namespace error

namespace detail {

/// What stands for itself in arithmetic.
template <class X>
concept number = std::is_arithmetic_v<X>;

template <class X>
concept declares_arithmetic = requires { typename X::shape; };

template <class X, class Y>
consteval auto check_arithmetic();  // all in ops/pointwise.hpp
template <class X>
consteval auto check_scale();
template <graph::scalar Kind, class X, class Y>
constexpr auto emit_arithmetic(const X& x, const Y& y, where at);
template <graph::scalar Kind, class X>
constexpr auto emit_function(const X& x, where at);
template <class X, class Y>
consteval auto check_comparison();  // all in ops/choose.hpp
template <class X>
consteval auto check_condition();
template <graph::scalar Kind, bool Swapped, class X, class Y>
constexpr auto emit_comparison(const X& x, const Y& y, where at);
template <class D, class X>
consteval auto check_reduction();  // both in ops/reduce.hpp
template <graph::reduction Kind, class D, class X>
constexpr auto emit_reduction(const X& x, where at);

/// The right operand of an accepted operator. An operator has no default arguments, but a
/// conversion has: here the line is found. An operand spread over several lines is the one case
/// where g++ (its end) and clang (its begin) differ; add(x, y) has no such case.
template <class Y>
struct right_operand {
  const Y& value;
  where at;

  constexpr right_operand(const Y& y, where line = where::here()) : value(y), at(line) {}
};

// Operands that an operator or a function does not take: which cannot be made of one, so the error
// is at the operand's line and names the mistake.

template <class X>
struct refused_operand {
  template <class Z, class Error = decltype(check_scale<X>())>
    requires __is_same
  (Z, X) TENON_REFUSES("functions of scalars need a tensor of floats") constexpr refused_operand(
      const Z&) {}
};

/// `Side` is X or Y, whichever decides that the function is ours.
template <class X, class Y, class Side>
struct refused_operands {
  template <class Z, class Error = decltype(check_arithmetic<X, Y>())>
    requires __is_same
  (Z, Side) TENON_REFUSES(
      "x + y: needs a tensor of floats; one must have all dimensions of the other, in one "
      "order") constexpr refused_operands(const Z&) {}
};

template <class X, class Y, class Side>
struct refused_sides {
  template <class Z, class Error = decltype(check_comparison<X, Y>())>
    requires __is_same
  (Z, Side) TENON_REFUSES(
      "x < y: needs a tensor of floats, and another, a param or a "
      "number") constexpr refused_sides(const Z&) {}
};

template <class X>
struct refused_condition {
  template <class Z, class Error = decltype(check_condition<X>())>
    requires __is_same
  (Z, X) TENON_REFUSES("choose(condition, x, y): needs a condition") constexpr refused_condition(
      const Z&) {}
};

template <class D, class X>
struct refused_reduction {
  template <class Z, class Error = decltype(check_reduction<D, X>())>
    requires __is_base_of
  (X, Z) TENON_REFUSES(
      "sum<D>(x), max<D>(x): need a tensor of floats that has D") constexpr refused_reduction(const Z&) {
  }
};

template <class X>
struct refused_whole {
  template <class Z, class Error = error::a_reduction_needs_its_dimension_as_in_sum_D_x<X>>
    requires __is_base_of
  (X, Z)
      TENON_REFUSES("sum<D>(x), max<D>(x): name the dimension") constexpr refused_whole(const Z&) {}
};

/// Base of a class of which variables are made.
template <class Self>
struct keeps_type {
  template <class Y, class Error = error::a_variable_keeps_its_type_so_declare_another<Self, Y>>
    requires(!any_refused<Y> && !__is_base_of(Self, Y))
  TENON_REFUSES("x = y: both must have the same dimensions and element type")
  constexpr refused_value operator=(Y) {
    return {};
  }
  constexpr refused_value operator=(refused_value) { return {}; }
};

/// Base of tensors and params: operators, and functions of scalars as friends, which the library's
/// own exp or max never meet.
template <class Self>
struct arithmetic {
#define TENON_REFUSED_OF_2(name, check, refused)                                         \
  template <class X>                                                                     \
    requires(!is_accepted<decltype(check<X, Self>())>)                                   \
  friend constexpr refused_value name(X, std::type_identity_t<refused<X, Self, Self>>) { \
    return {};                                                                           \
  }                                                                                      \
  template <class Y>                                                                     \
    requires(!declares_arithmetic<Y> && !is_accepted<decltype(check<Self, Y>())>)        \
  friend constexpr refused_value name(std::type_identity_t<refused<Self, Y, Self>>, Y) { \
    return {};                                                                           \
  }

#define TENON_OPERATOR(sign, kind)                                     \
  template <class X>                                                   \
    requires is_accepted<decltype(check_arithmetic<X, Self>())>        \
  friend constexpr auto operator sign(X x, right_operand<Self> y) {    \
    return emit_arithmetic<graph::scalar::kind>(x, y.value, y.at);     \
  }                                                                    \
  friend constexpr auto operator sign(Self x, right_operand<double> y) \
    requires is_accepted<decltype(check_arithmetic<Self, double>())>   \
  {                                                                    \
    return emit_arithmetic<graph::scalar::kind>(x, y.value, y.at);     \
  }                                                                    \
  TENON_REFUSED_OF_2(operator sign, check_arithmetic, refused_operands)
  TENON_OPERATORS(TENON_OPERATOR)
#undef TENON_OPERATOR

#define TENON_FUNCTION_OF_2(name, kind)                                                     \
  template <class X>                                                                        \
    requires is_accepted<decltype(check_arithmetic<X, Self>())>                             \
  friend constexpr auto name(X x, std::type_identity_t<Self> y, where at = where::here()) { \
    return emit_arithmetic<graph::scalar::kind>(x, y, at);                                  \
  }                                                                                         \
  friend constexpr auto name(Self x, double y, where at = where::here())                    \
    requires is_accepted<decltype(check_arithmetic<Self, double>())>                        \
  {                                                                                         \
    return emit_arithmetic<graph::scalar::kind>(x, y, at);                                  \
  }                                                                                         \
  TENON_REFUSED_OF_2(name, check_arithmetic, refused_operands)
  TENON_FUNCTIONS_OF_2(TENON_FUNCTION_OF_2)
#undef TENON_FUNCTION_OF_2

#define TENON_COMPARISON(sign, kind, swapped)                               \
  template <class X>                                                        \
    requires is_accepted<decltype(check_comparison<X, Self>())>             \
  friend constexpr auto operator sign(X x, right_operand<Self> y) {         \
    return emit_comparison<graph::scalar::kind, swapped>(x, y.value, y.at); \
  }                                                                         \
  friend constexpr auto operator sign(Self x, right_operand<double> y)      \
    requires is_accepted<decltype(check_comparison<Self, double>())>        \
  {                                                                         \
    return emit_comparison<graph::scalar::kind, swapped>(x, y.value, y.at); \
  }                                                                         \
  TENON_REFUSED_OF_2(operator sign, check_comparison, refused_sides)
  TENON_COMPARISONS(TENON_COMPARISON)
#undef TENON_COMPARISON
#undef TENON_REFUSED_OF_2

  template <class X, class Y>
    requires(!is_accepted<decltype(check_condition<Self>())>)
  friend constexpr refused_value choose(std::type_identity_t<refused_condition<Self>>, X, Y) {
    return {};
  }

#define TENON_REFUSED_OF_1(name)                             \
  friend constexpr refused_value name(refused_operand<Self>) \
    requires(!is_accepted<decltype(check_scale<Self>())>)    \
  {                                                          \
    return {};                                               \
  }

#define TENON_FUNCTION_OF_1(name)                              \
  friend constexpr auto name(Self x, where at = where::here()) \
    requires is_accepted<decltype(check_scale<Self>())>        \
  {                                                            \
    return emit_function<graph::scalar::name>(x, at);          \
  }                                                            \
  TENON_REFUSED_OF_1(name)
  TENON_FUNCTIONS_OF_1(TENON_FUNCTION_OF_1)
#undef TENON_FUNCTION_OF_1

#define TENON_REDUCTION(name)                                                             \
  template <class D>                                                                      \
    requires is_accepted<decltype(check_reduction<D, Self>())>                            \
  friend constexpr auto name(Self x, where at = where::here()) {                          \
    return emit_reduction<graph::reduction::name, D>(x, at);                              \
  }                                                                                       \
  template <class D>                                                                      \
    requires(!is_accepted<decltype(check_reduction<D, Self>())>)                          \
  friend constexpr refused_value name(std::type_identity_t<refused_reduction<D, Self>>) { \
    return {};                                                                            \
  }                                                                                       \
  friend constexpr refused_value name(refused_whole<Self>) { return {}; }
  TENON_REDUCTIONS(TENON_REDUCTION)
#undef TENON_REDUCTION

  TENON_REFUSED_OF_1(operator-)
#undef TENON_REFUSED_OF_1
  friend constexpr auto operator-(right_operand<Self> x)
    requires is_accepted<decltype(check_scale<Self>())>
  {
    return emit_arithmetic<graph::scalar::multiply>(x.value, -1.0, x.at);
  }
};

}  // namespace detail

// What follows from a mistake is refused without a word.
#define TENON_OF_REFUSED_2(name)                   \
  template <class X>                               \
  constexpr refused_value name(X, refused_value) { \
    return {};                                     \
  }                                                \
  constexpr refused_value name(refused_value, double) { return {}; }
#define TENON_OPERATOR(sign, kind) TENON_OF_REFUSED_2(operator sign)
TENON_OPERATORS(TENON_OPERATOR)
#undef TENON_OPERATOR
#define TENON_FUNCTION_OF_2(name, kind) TENON_OF_REFUSED_2(name)
TENON_FUNCTIONS_OF_2(TENON_FUNCTION_OF_2)
#undef TENON_FUNCTION_OF_2
#define TENON_COMPARISON(sign, kind, swapped) TENON_OF_REFUSED_2(operator sign)
TENON_COMPARISONS(TENON_COMPARISON)
#undef TENON_COMPARISON
#undef TENON_OF_REFUSED_2
#define TENON_FUNCTION_OF_1(name) \
  constexpr refused_value name(refused_value) { return {}; }
TENON_FUNCTIONS_OF_1(TENON_FUNCTION_OF_1)
#undef TENON_FUNCTION_OF_1
constexpr refused_value operator-(refused_value) { return {}; }
#define TENON_REDUCTION(name)                   \
  template <class D>                            \
  constexpr refused_value name(refused_value) { \
    return {};                                  \
  }
TENON_REDUCTIONS(TENON_REDUCTION)
#undef TENON_REDUCTION

}  // namespace tenon

#undef TENON_OPERATORS
#undef TENON_FUNCTIONS_OF_1
#undef TENON_FUNCTIONS_OF_2
#undef TENON_REDUCTIONS
#undef TENON_COMPARISONS
