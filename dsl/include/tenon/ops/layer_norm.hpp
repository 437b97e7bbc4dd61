// Layer normalization, with and without a bias.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon {
namespace detail {

template <class X, class Weight>
consteval auto check_layer_norm() {
  if constexpr (any_refused<X, Weight>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (rank_of<X> == 0) return error::x_must_have_a_dimension<X>{};
  else if constexpr (!is_param<Weight>) return error::weight_must_be_a_param<Weight>{};
  else if constexpr (rank_of<Weight> != 1) return error::weight_must_have_1_dimension<Weight>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Weight>>)
    return error::element_types_differ<element_t<X>, element_t<Weight>>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, shape::first_t<shape_t<Weight>>>)
    return error::last_dimension_of_x_is_not_that_of_weight<shape::last_t<shape_t<X>>,
                                                            shape::first_t<shape_t<Weight>>>{};
  else return accepted<typename X::plain>{};
}

template <class X, class Weight, class Bias>
consteval auto check_layer_norm() {
  using without_bias = decltype(check_layer_norm<X, Weight>());
  if constexpr (!is_accepted<without_bias> || any_refused<Bias>) return without_bias{};
  else if constexpr (any_refused<typename without_bias::result>) return without_bias{};
  else if constexpr (!is_param<Bias>) return error::bias_must_be_a_param<Bias>{};
  else if constexpr (rank_of<Bias> != 1) return error::bias_must_have_1_dimension<Bias>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Bias>>)
    return error::element_types_differ<element_t<X>, element_t<Bias>>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, shape::first_t<shape_t<Bias>>>)
    return error::last_dimension_of_x_is_not_that_of_bias<shape::last_t<shape_t<X>>,
                                                          shape::first_t<shape_t<Bias>>>{};
  else return without_bias{};
}

template <class X>
constexpr void check_epsilon(const X& x, double epsilon, where at) {
  if constexpr (is_tensor<X>)
    if (!(epsilon > 0))
      x.ref().graph->fail({graph::mistake_kind::epsilon_is_not_positive, {0, 0}, 0, at.line});
}

}  // namespace detail

/// What GPT-2 adds to the variance.
inline constexpr double gpt2_epsilon = 1e-5;

/// Layer normalization over the last axis, then scale and shift.
///   x (..., C), weight (C), bias (C) -> (..., C), dtype of x; statistics in f32.
///   epsilon: added to the variance, above 0.
///   Source: Ba et al. 2016, eq. 3-4.
template <class X, class Weight, class Bias,
          class Check = decltype(detail::check_layer_norm<X, Weight, Bias>())>
  requires is_accepted<Check>
constexpr auto layer_norm(X x, Weight weight, Bias bias, double epsilon,
                          where at = where::here()) {
  detail::check_epsilon(x, epsilon, at);
  return detail::emit<typename Check::result>(graph::op::layer_norm, at,
                                              detail::attribute(epsilon), x, weight, bias);
}
template <class X, class Weight, class Bias,
          class Error = decltype(detail::check_layer_norm<X, Weight, Bias>())>
  requires(!is_accepted<Error>)
TENON_RULE("layer_norm: needs x (..., C), weight (C), bias (C)")
constexpr refused_value layer_norm(X, Weight, Bias, double, where = where::here()) TENON_REFUSED

/// The same without a shift.
template <class X, class Weight, class Check = decltype(detail::check_layer_norm<X, Weight>())>
  requires is_accepted<Check>
constexpr auto layer_norm(X x, Weight weight, double epsilon, where at = where::here()) {
  detail::check_epsilon(x, epsilon, at);
  return detail::emit<typename Check::result>(graph::op::layer_norm, at,
                                              detail::attribute(epsilon), x, weight);
}
template <class X, class Weight, class Error = decltype(detail::check_layer_norm<X, Weight>())>
  requires(!is_accepted<Error>)
TENON_RULE("layer_norm: needs x (..., C), weight (C)")
constexpr refused_value layer_norm(X, Weight, double, where = where::here()) TENON_REFUSED

}  // namespace tenon
