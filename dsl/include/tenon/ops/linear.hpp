// Matrix products with a learned matrix: linear, with and without a bias, and the tied head.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon {
namespace detail {

enum : std::uint32_t { weight_in_out = 0, weight_out_in = 1 };  // attribute of graph::op::linear

/// What linear and tied_head ask alike.
template <class X, class Weight>
consteval auto check_product() {
  if constexpr (any_refused<X, Weight>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (rank_of<X> == 0) return error::x_must_have_a_dimension<X>{};
  else if constexpr (!is_param<Weight>) return error::weight_must_be_a_param<Weight>{};
  else if constexpr (rank_of<Weight> != 2) return error::weight_must_have_2_dimensions<Weight>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Weight>>)
    return error::element_types_differ<element_t<X>, element_t<Weight>>{};
  else return accepted<X>{};
}

template <class X, class Weight>
consteval auto check_linear() {
  using product = decltype(check_product<X, Weight>());
  if constexpr (!is_accepted<product> || any_refused<X, Weight>) return product{};
  else {
    using k = shape::last_t<shape_t<X>>;
    using first = shape::first_t<shape_t<Weight>>;
    using last = shape::last_t<shape_t<Weight>>;
    if constexpr (std::is_same_v<k, first>) return accepted<replace_last_t<X, last>>{};
    else if constexpr (std::is_same_v<k, last>)
      return error::weight_is_stored_out_in_so_transpose_it_or_use_tied_head<first, last>{};
    else return error::last_dimension_of_x_is_not_the_first_of_weight<k, first>{};
  }
}

template <class X, class Weight, class Bias>
consteval auto check_linear() {
  using without_bias = decltype(check_linear<X, Weight>());
  if constexpr (!is_accepted<without_bias> || any_refused<X, Weight, Bias>) return without_bias{};
  else if constexpr (!is_param<Bias>) return error::bias_must_be_a_param<Bias>{};
  else if constexpr (rank_of<Bias> != 1) return error::bias_must_have_1_dimension<Bias>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Bias>>)
    return error::element_types_differ<element_t<X>, element_t<Bias>>{};
  else {
    using n = shape::last_t<shape_t<Weight>>;
    using bias = shape::first_t<shape_t<Bias>>;
    if constexpr (std::is_same_v<n, bias>) return without_bias{};
    else return error::last_dimension_of_weight_is_not_that_of_bias<n, bias>{};
  }
}

template <class X, class Weight>
consteval auto check_tied_head() {
  using product = decltype(check_product<X, Weight>());
  if constexpr (!is_accepted<product> || any_refused<X, Weight>) return product{};
  else {
    using k = shape::last_t<shape_t<X>>;
    using last = shape::last_t<shape_t<Weight>>;
    if constexpr (std::is_same_v<k, last>)
      return accepted<replace_last_t<X, shape::first_t<shape_t<Weight>>>>{};
    else return error::last_dimension_of_x_is_not_the_last_of_weight<k, last>{};
  }
}

}  // namespace detail

/// x W + b, the weight stored (in, out) as in Hugging Face's Conv1D.
///   x (..., K), weight (K, N), bias (N) -> (..., N), dtype of x.
template <class X, class Weight, class Bias,
          class Check = decltype(detail::check_linear<X, Weight, Bias>())>
  requires is_accepted<Check>
constexpr auto linear(X x, Weight weight, Bias bias, where at = where::here()) {
  return detail::emit<typename Check::result>(
      graph::op::linear, at, detail::attribute(detail::weight_in_out), x, weight, bias);
}
template <class X, class Weight, class Bias,
          class Error = decltype(detail::check_linear<X, Weight, Bias>())>
  requires(!is_accepted<Error>)
TENON_RULE("linear: needs x (..., K), weight (K, N), bias (N)")
constexpr refused_value linear(X, Weight, Bias, where = where::here()) TENON_REFUSED

/// x W: x (..., K), weight (K, N) -> (..., N), dtype of x.
template <class X, class Weight, class Check = decltype(detail::check_linear<X, Weight>())>
  requires is_accepted<Check>
constexpr auto linear(X x, Weight weight, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::linear, at,
                                              detail::attribute(detail::weight_in_out), x, weight);
}
template <class X, class Weight, class Error = decltype(detail::check_linear<X, Weight>())>
  requires(!is_accepted<Error>)
TENON_RULE("linear: needs x (..., K), weight (K, N)")
constexpr refused_value linear(X, Weight, where = where::here()) TENON_REFUSED

/// x W^T: logits from the table of the embedding, or from any weight stored (out, in).
///   x (..., C), weight (V, C) -> (..., V), dtype of x.
template <class X, class Weight, class Check = decltype(detail::check_tied_head<X, Weight>())>
  requires is_accepted<Check>
constexpr auto tied_head(X x, Weight weight, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::linear, at,
                                              detail::attribute(detail::weight_out_in), x, weight);
}
template <class X, class Weight, class Error = decltype(detail::check_tied_head<X, Weight>())>
  requires(!is_accepted<Error>)
TENON_RULE("tied_head: needs x (..., C), weight (V, C)")
constexpr refused_value tied_head(X, Weight, where = where::here()) TENON_REFUSED

}  // namespace tenon
