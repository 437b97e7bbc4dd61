// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products with a learned matrix: linear, with and without a bias, and the tied head.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

enum : std::uint32_t { weight_in_out = 0, weight_out_in = 1 };  // attribute of graph::op::linear

/// What linear and tied_head ask alike.
template <class X, class Weight>
consteval auto check_product() {
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
  else if constexpr (rank_of<Weight> != 2)
    return error::weight_must_have_2_dimensions<Weight>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Weight>> &&
                     !std::is_same_v<element_t<X>, computed_t<element_t<Weight>>>)
    return error::element_types_differ<element_t<X>, element_t<Weight>>{};
  else
    return accepted<X>{};
}

template <class X, class Weight>
consteval auto check_linear() {
  using product = decltype(check_product<X, Weight>());
  if constexpr (!accepts_a_value<product>)
    return product{};
  else {
    using k = shape::last_t<shape_t<X>>;
    using first = shape::first_t<shape_t<Weight>>;
    using last = shape::last_t<shape_t<Weight>>;
    if constexpr (std::is_same_v<k, first>)
      return accepted<replace_last_t<X, last>>{};
    else if constexpr (std::is_same_v<k, last>)
      return error::weight_is_stored_out_in_so_transpose_it_or_use_tied_head<first, last>{};
    else
      return error::last_dimension_of_x_is_not_the_first_of_weight<k, first>{};
  }
}

template <class X, class Weight, class Bias>
consteval auto check_linear() {
  using without_bias = decltype(check_linear<X, Weight>());
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
  else {
    using n = shape::last_t<shape_t<Weight>>;
    using bias = shape::first_t<shape_t<Bias>>;
    if constexpr (std::is_same_v<n, bias>)
      return without_bias{};
    else
      return error::dimension_of_bias_is_not_the_last_of_weight<bias, n>{};
  }
}

template <class X, class Weight>
consteval auto check_tied_head() {
  using product = decltype(check_product<X, Weight>());
  if constexpr (!accepts_a_value<product>)
    return product{};
  else {
    using k = shape::last_t<shape_t<X>>;
    using last = shape::last_t<shape_t<Weight>>;
    if constexpr (std::is_same_v<k, last>)
      return accepted<replace_last_t<X, shape::first_t<shape_t<Weight>>>>{};
    else
      return error::last_dimension_of_x_is_not_the_last_of_weight<k, last>{};
  }
}

struct refused_linear {
  template <class X, class Weight, class Bias,
            class Error = decltype(check_linear<X, Weight, Bias>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("linear: needs x (..., K), weight (K, N), bias (N)")
  constexpr refused_value operator()(X, Weight, Bias, where = where::here()) const {
    return {};
  }

  template <class X, class Weight, class Error = decltype(check_linear<X, Weight>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("linear: needs x (..., K), weight (K, N)")
  constexpr refused_value operator()(X, Weight, where = where::here()) const {
    return {};
  }

  template <class X, class Error = error::linear_needs_a_weight<X>>
  TENON_REFUSES("linear: needs x (..., K), weight (K, N) and, if any, bias (N)")
  constexpr refused_value operator()(X) const {
    return {};
  }
};

struct linear_operation : refused_linear {
  using refused_linear::operator();

  template <class X, class Weight, class Bias,
            class Check = decltype(check_linear<X, Weight, Bias>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, Bias bias, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::linear, at, attribute(weight_in_out), x, weight,
                                        bias);
  }

  template <class X, class Weight, class Check = decltype(check_linear<X, Weight>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::linear, at, attribute(weight_in_out), x, weight);
  }
};

struct refused_tied_head {
  template <class X, class Weight, class Error = decltype(check_tied_head<X, Weight>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("tied_head: needs x (..., C), weight (V, C)")
  constexpr refused_value operator()(X, Weight, where = where::here()) const {
    return {};
  }
};

struct tied_head_operation : refused_tied_head {
  using refused_tied_head::operator();

  template <class X, class Weight, class Check = decltype(check_tied_head<X, Weight>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::linear, at, attribute(weight_out_in), x,
                                        tied(weight));
  }
};

}  // namespace detail

/// linear(x, weight, bias), or without the bias: x W + b, the weight stored (in, out) as in Hugging
/// Face's Conv1D.
///   x (..., K), weight (K, N), bias (N) -> (..., N), dtype of x.
///   All have one dtype, or the weight is bf16 and all else f32: x is then rounded to bf16 (to
///   nearest even), the products are exact and the sums f32.
inline constexpr detail::linear_operation linear{};

/// tied_head(x, weight): x W^T, logits from the table of the embedding, which is tied by this, or
/// from any weight that is stored (out, in).
///   x (..., C), weight (V, C) -> (..., V), dtype of x; a weight of bf16 as in linear.
inline constexpr detail::tied_head_operation tied_head{};

}  // namespace tenon
