// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations on each element: arithmetic, functions of scalars, scale, dropout, gelu.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {

using graph::gelu_kind;
inline constexpr gelu_kind gelu_tanh = gelu_kind::tanh;  // GPT-2, Hugging Face, llm.c
inline constexpr gelu_kind gelu_erf = gelu_kind::erf;    // nanoGPT

namespace detail {

template <class X>
consteval auto check_scale() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else
    return accepted<typename X::plain>{};
}

/// Of what is for activations; a loss can be scaled and added up, no more.
template <class X>
consteval auto check_pointwise() {
  using verdict = decltype(check_scale<X>());
  if constexpr (!is_accepted<verdict> || any_refused<X>)
    return verdict{};
  else if constexpr (rank_of<X> == 0)
    return error::x_must_have_a_dimension<X>{};
  else
    return verdict{};
}

/// What stands in arithmetic at all.
template <class X>
inline constexpr bool is_operand = is_tensor<X> || is_param<X> || number<X>;

/// Of the bigger operand, and the one that is repeated.
template <class Big, class Small>
consteval auto check_repeated() {
  using small = shape_t<Small>;
  using big = shape_t<Big>;
  constexpr std::size_t fitting = shape::fitting_dims<small, big>;
  if constexpr (fitting == small::rank)
    return accepted<typename Big::plain>{};
  else {
    using other = shape::at_t<small, small::rank - 1 - fitting>;
    if constexpr (shape::times<other>(big{}) < shape::times<other>(small{}))
      return error::dimension_is_not_one_of_the_other_operand<other, big>{};
    else
      return error::dimensions_are_in_another_order<small, big>{};
  }
}

/// x and y of an operator: tensors, params, numbers, one of them a tensor; accepted<void> where
/// nothing but their dimensions is left to ask.
template <class X, class Y>
consteval auto check_pair() {
  using operands = decltype(check_operands<X, Y>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_operand<X>)
    return error::left_operand_must_be_a_tensor_a_param_or_a_number<X>{};
  else if constexpr (!is_operand<Y>)
    return error::right_operand_must_be_a_tensor_a_param_or_a_number<Y>{};
  else if constexpr (!is_tensor<X> && !is_tensor<Y>)
    return error::one_operand_must_be_a_tensor<X, Y>{};
  else if constexpr (number<X>)
    return check_scale<Y>();
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (number<Y>)
    return check_scale<X>();
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Y>>)
    return error::element_types_differ<element_t<Y>, element_t<X>>{};
  else if constexpr (is_param<X> && rank_of<X> == 0)
    return error::a_param_must_have_a_dimension<X>{};
  else if constexpr (is_param<Y> && rank_of<Y> == 0)
    return error::a_param_must_have_a_dimension<Y>{};
  else
    return accepted<void>{};
}

template <class X, class Y>
consteval auto check_arithmetic() {
  using pair = decltype(check_pair<X, Y>());
  if constexpr (settles<pair>)
    return pair{};
  else if constexpr (is_tensor<X> && rank_of<X> >= rank_of<Y>)
    return check_repeated<X, Y>();
  else if constexpr (is_tensor<Y> && rank_of<Y> >= rank_of<X>)
    return check_repeated<Y, X>();
  else
    return error::a_param_has_more_dimensions_than_the_tensor<shape_t<X>, shape_t<Y>>{};
}

/// Whether x is a tensor and y is what may be repeated.
template <class X, class Y>
consteval bool comes_first() {
  if constexpr (!is_tensor<X>)
    return false;
  else if constexpr (number<Y>)
    return true;
  else
    return rank_of<X> >= rank_of<Y>;
}

template <class T, class X>
constexpr auto as_operand(const X& x) {
  if constexpr (number<X>)
    return number_of<T>{static_cast<double>(x)};
  else
    return x;
}

/// x and y are operands that check_arithmetic accepts. A sum and a product with a number have nodes
/// of their own.
template <graph::scalar Kind, class X, class Y>
constexpr auto emit_arithmetic(const X& x, const Y& y, where at) {
  using result = typename decltype(check_arithmetic<X, Y>())::result;
  if constexpr (any_refused<result>) {
    return refused_value{};
  } else if constexpr (Kind == graph::scalar::multiply && number<X>) {
    return emit<result>(graph::op::scale, at, attribute(static_cast<double>(x)), y);
  } else if constexpr (Kind == graph::scalar::multiply && number<Y>) {
    return emit<result>(graph::op::scale, at, attribute(static_cast<double>(y)), x);
  } else if constexpr (Kind == graph::scalar::subtract && number<Y>) {
    return emit_arithmetic<graph::scalar::add>(x, -static_cast<double>(y), at);
  } else {
    using T = element_t<result>;
    const auto left = as_operand<T>(x);
    const auto right = as_operand<T>(y);
    constexpr auto kind = static_cast<std::uint32_t>(Kind);
    if constexpr (Kind != graph::scalar::add)
      return emit<result>(graph::op::elementwise, at, attribute(kind), left, right);
    else if constexpr (comes_first<X, Y>())
      return emit<result>(graph::op::add, at, {}, left, right);
    else
      return emit<result>(graph::op::add, at, {}, right, left);
  }
}

template <graph::scalar Kind, class X>
constexpr auto emit_function(const X& x, where at) {
  return emit<typename X::plain>(graph::op::elementwise, at,
                                 attribute(static_cast<std::uint32_t>(Kind)), x);
}

struct refused_add {
  template <class X, class Y, class Error = decltype(check_arithmetic<X, Y>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("add: one must have all dimensions of the other, in one order")
  constexpr refused_value operator()(X, Y, where = where::here()) const {
    return {};
  }
};

struct add_operation : refused_add {
  using refused_add::operator();

  template <class X, class Y, class Check = decltype(check_arithmetic<X, Y>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Y y, where at = where::here()) const {
    return emit_arithmetic<graph::scalar::add>(x, y, at);
  }
};

struct refused_scale {
  template <class X, class Error = decltype(check_scale<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("scale: needs a tensor of floats")
  constexpr refused_value operator()(X, double, where = where::here()) const {
    return {};
  }
};

struct scale_operation : refused_scale {
  using refused_scale::operator();

  template <class X, class Check = decltype(check_scale<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double factor, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::scale, at, attribute(factor), x);
  }
};

struct refused_dropout {
  template <class X, class Error = decltype(check_pointwise<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("dropout: needs a tensor of floats")
  constexpr refused_value operator()(X, double, where = where::here()) const {
    return {};
  }
};

struct dropout_operation : refused_dropout {
  using refused_dropout::operator();

  template <class X, class Check = decltype(check_pointwise<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double probability, where at = where::here()) const {
    const bool in_range = 0 <= probability && probability < 1;
    demand(in_range, graph::mistake_kind::dropout_probability_outside_0_to_1, at, x);
    return emit<typename Check::result>(graph::op::dropout, at, attribute(probability), x);
  }
};

struct refused_gelu {
  template <class X, class Error = decltype(check_pointwise<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("gelu: needs a tensor of floats")
  constexpr refused_value operator()(X, gelu_kind, where = where::here()) const {
    return {};
  }

  template <class X, class Error = error::gelu_needs_its_form_gelu_tanh_or_gelu_erf<X>>
  TENON_REFUSES("gelu: name the form, gelu_tanh (GPT-2) or gelu_erf (nanoGPT)")
  constexpr refused_value operator()(X) const {
    return {};
  }
};

struct gelu_operation : refused_gelu {
  using refused_gelu::operator();

  template <class X, class Check = decltype(check_pointwise<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, gelu_kind form, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::gelu, at,
                                        attribute(static_cast<std::uint32_t>(form)), x);
  }
};

}  // namespace detail

/// x + y, x - y, x * y, x / y, min(x, y), max(x, y), for each element.
///   x, y: tensors, params or numbers, one of them a tensor; one has all dimensions of the other,
///   in the same order, which is repeated over those that it lacks; a loss is a number: (). The
///   same float dtype -> shape and dtype of the bigger one. Where x and y are equal, the gradient
///   of min and max goes to y; so max(x, 0) is PyTorch's relu. NaN gives NaN.
/// exp(x), log(x), sqrt(x), rsqrt(x) = 1/sqrt(x), tanh(x), sigmoid(x) = 1/(1 + exp(-x)), sin(x),
/// cos(x), -x:
///   x (...) -> shape of x. Of angles |x| >= 2^20 sin and cos are NaN: such floats are 1/8 and more
///   apart.

/// add(x, y): x + y.
inline constexpr detail::add_operation add{};

/// scale(x, factor): factor * x; x (...) -> shape of x.
inline constexpr detail::scale_operation scale{};

/// dropout(x, probability): in training, zeroes each element with that probability, in [0, 1), and
/// divides the others by 1 - probability; elsewhere x itself. x (...) -> shape of x.
inline constexpr detail::dropout_operation dropout{};

/// gelu(x, form): the Gaussian error linear unit; x (...) -> shape of x.
///   gelu_tanh: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); gelu_erf: x/2 (1 + erf(x/sqrt(2))).
///   The form has no default: it is part of what a checkpoint was trained with.
///   Source: Hendrycks and Gimpel 2016.
inline constexpr detail::gelu_operation gelu{};

}  // namespace tenon
