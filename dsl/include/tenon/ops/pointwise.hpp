// Operations on each element: add (and operator+), scale, dropout, gelu.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon {

using graph::gelu_kind;
inline constexpr gelu_kind gelu_tanh = gelu_kind::tanh;  // GPT-2, Hugging Face, llm.c
inline constexpr gelu_kind gelu_erf = gelu_kind::erf;    // nanoGPT

namespace detail {

template <class X>
consteval auto check_pointwise() {
  if constexpr (any_refused<X>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else return accepted<typename X::plain>{};
}

template <class X, class Y>
consteval auto check_add() {
  if constexpr (any_refused<X> || any_refused<Y>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::left_operand_must_be_a_tensor<X>{};
  else if constexpr (!is_tensor_or_param<Y>)
    return error::operand_must_be_a_tensor_or_a_param<Y>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Y>>)
    return error::element_types_differ<element_t<X>, element_t<Y>>{};
  else if constexpr (rank_of<X> < rank_of<Y>)
    return error::right_operand_has_more_dimensions_than_left<shape_t<X>, shape_t<Y>>{};
  else {
    using trailing = shape::trailing_t<shape_t<X>, rank_of<Y>>;
    constexpr std::size_t where_they_differ = shape::first_difference(trailing{}, shape_t<Y>{});
    if constexpr (where_they_differ < rank_of<Y>)
      return error::dimensions_differ<shape::at_t<trailing, where_they_differ>,
                                      shape::at_t<shape_t<Y>, where_they_differ>>{};
    else return accepted<typename X::plain>{};
  }
}

}  // namespace detail

/// Sum; y is repeated over the dimensions that it lacks.
///   x (..., S), y (S) a tensor or a param -> shape and dtype of x.
template <class X, class Y, class Check = decltype(detail::check_add<X, Y>())>
  requires is_accepted<Check>
constexpr auto add(X x, Y y, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::add, at, {}, x, y);
}
template <class X, class Y, class Error = decltype(detail::check_add<X, Y>())>
  requires(!is_accepted<Error>)
TENON_RULE("add: the dimensions of y must be the last ones of x")
constexpr refused_value add(X, Y, where = where::here()) TENON_REFUSED

/// x + y is add(x, y); tensors and params declare it as a friend. This is for what does not fit.
template <class X, class Y, class Error = decltype(detail::check_add<X, Y>())>
  requires((is_tensor_or_param<X> || is_tensor_or_param<Y>) && !is_accepted<Error>)
TENON_RULE("+: the dimensions of the right operand must be the last ones of the left")
constexpr refused_value operator+(X, Y) TENON_REFUSED

/// Product with a number that is known at compile time: x (...) -> shape of x.
template <class X, class Check = decltype(detail::check_pointwise<X>())>
  requires is_accepted<Check>
constexpr auto scale(X x, double factor, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::scale, at, detail::attribute(factor), x);
}
template <class X, class Error = decltype(detail::check_pointwise<X>())>
  requires(!is_accepted<Error>)
TENON_RULE("scale: needs a tensor of floats")
constexpr refused_value scale(X, double, where = where::here()) TENON_REFUSED

/// In training, zeroes each element with the given probability, in [0, 1), and divides the others
/// by 1 - probability; elsewhere x itself: x (...) -> shape of x.
template <class X, class Check = decltype(detail::check_pointwise<X>())>
  requires is_accepted<Check>
constexpr auto dropout(X x, double probability, where at = where::here()) {
  if constexpr (is_tensor<X>)
    if (!(0 <= probability && probability < 1))
      x.ref().graph->fail({graph::mistake_kind::dropout_probability_outside_0_to_1, {0, 0}, 0,
                           at.line});
  return detail::emit<typename Check::result>(graph::op::dropout, at,
                                              detail::attribute(probability), x);
}
template <class X, class Error = decltype(detail::check_pointwise<X>())>
  requires(!is_accepted<Error>)
TENON_RULE("dropout: needs a tensor of floats")
constexpr refused_value dropout(X, double, where = where::here()) TENON_REFUSED

/// Gaussian error linear unit, x (...) -> shape of x. The form is part of a model's definition:
///   gelu_tanh: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); gelu_erf: x/2 (1 + erf(x/sqrt 2)).
///   Source: Hendrycks and Gimpel 2016.
template <class X, class Check = decltype(detail::check_pointwise<X>())>
  requires is_accepted<Check>
constexpr auto gelu(X x, gelu_kind form, where at = where::here()) {
  return detail::emit<typename Check::result>(
      graph::op::gelu, at, detail::attribute(static_cast<std::uint32_t>(form)), x);
}
template <class X, class Error = decltype(detail::check_pointwise<X>())>
  requires(!is_accepted<Error>)
TENON_RULE("gelu: needs a tensor of floats")
constexpr refused_value gelu(X, gelu_kind, where = where::here()) TENON_REFUSED
template <class X, class Error = error::gelu_needs_its_form_gelu_tanh_or_gelu_erf<X>>
  requires(!is_accepted<Error>)
TENON_RULE("gelu: name the form, gelu_tanh (GPT-2) or gelu_erf (nanoGPT)")
constexpr refused_value gelu(X) TENON_REFUSED

}  // namespace tenon
