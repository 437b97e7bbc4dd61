// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layer normalization, with and without a bias.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {

/// What GPT-2 adds to the variance.
inline constexpr double gpt2_epsilon = 1e-5;

namespace detail {

template <class X, class Weight>
consteval auto check_layer_norm() {
  using operands = decltype(check_operands<X, Weight>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (rank_of<X> == 0)
    return error::x_must_have_a_dimension<X>{};
  else if constexpr (!is_param<Weight>)
    return error::weight_must_be_a_param<Weight>{};
  else if constexpr (rank_of<Weight> != 1)
    return error::weight_must_have_1_dimension<Weight>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Weight>>)
    return error::element_types_differ<element_t<X>, element_t<Weight>>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, shape::first_t<shape_t<Weight>>>)
    return error::last_dimension_of_x_is_not_that_of_weight<shape::last_t<shape_t<X>>,
                                                            shape::first_t<shape_t<Weight>>>{};
  else
    return accepted<typename X::plain>{};
}

/// Tells layer_norm(x, weight, 1e-5) from layer_norm(x, weight, bias).
template <class Bias>
concept no_epsilon = !std::is_convertible_v<Bias, double>;

template <class X, class Weight, class Bias>
consteval auto check_layer_norm() {
  using without_bias = decltype(check_layer_norm<X, Weight>());
  using bias_verdict = decltype(check_operands<Bias>());
  if constexpr (!accepts_a_value<without_bias>)
    return without_bias{};
  else if constexpr (settles<bias_verdict>)
    return bias_verdict{};
  else if constexpr (!is_param<Bias>)
    return error::bias_must_be_a_param<Bias>{};
  else if constexpr (rank_of<Bias> != 1)
    return error::bias_must_have_1_dimension<Bias>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Bias>>)
    return error::element_types_differ<element_t<X>, element_t<Bias>>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, shape::first_t<shape_t<Bias>>>)
    return error::last_dimension_of_x_is_not_that_of_bias<shape::last_t<shape_t<X>>,
                                                          shape::first_t<shape_t<Bias>>>{};
  else
    return without_bias{};
}

struct refused_layer_norm {
  template <class X, class Weight, no_epsilon Bias,
            class Error = decltype(check_layer_norm<X, Weight, Bias>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("layer_norm: needs x (..., C), weight (C), bias (C)")
  constexpr refused_value operator()(X, Weight, Bias, double = gpt2_epsilon,
                                     where = where::here()) const {
    return {};
  }

  template <class X, class Weight, class Error = decltype(check_layer_norm<X, Weight>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("layer_norm: needs x (..., C), weight (C)")
  constexpr refused_value operator()(X, Weight, double = gpt2_epsilon,
                                     where = where::here()) const {
    return {};
  }
};

struct layer_norm_operation : refused_layer_norm {
  using refused_layer_norm::operator();

  template <class X, class Weight, no_epsilon Bias,
            class Check = decltype(check_layer_norm<X, Weight, Bias>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, Bias bias, double epsilon = gpt2_epsilon,
                            where at = where::here()) const {
    demand(epsilon > 0, graph::mistake_kind::epsilon_is_not_positive, at, x);
    return emit<typename Check::result>(graph::op::layer_norm, at, attribute(epsilon), x, weight,
                                        bias);
  }

  template <class X, class Weight, class Check = decltype(check_layer_norm<X, Weight>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, double epsilon = gpt2_epsilon,
                            where at = where::here()) const {
    demand(epsilon > 0, graph::mistake_kind::epsilon_is_not_positive, at, x);
    return emit<typename Check::result>(graph::op::layer_norm, at, attribute(epsilon), x, weight);
  }
};

}  // namespace detail

/// layer_norm(x, weight, bias, epsilon = gpt2_epsilon), or without the bias: normalization over the
/// last axis, then scale and shift.
///   x (..., C), weight (C), bias (C) -> (..., C), dtype of x; statistics in f32.
///   epsilon: added to the variance, above 0.
///   Source: Ba et al. 2016, eq. 3-4.
inline constexpr detail::layer_norm_operation layer_norm{};

}  // namespace tenon
