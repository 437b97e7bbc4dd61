// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The greatest elements of rows, and elements by their index: how experts are chosen.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {

/// What top_k makes: auto [score, expert] = top_k<n_expert, n_active>(logits).
template <class Values, class Indices>
struct greatest {
  Values values;
  Indices indices;
};

namespace detail {

/// Of floats that have D, known at compile time, as their last dimension.
template <class D, class X>
consteval auto check_rows_of() {
  using floats = decltype(check_pointwise<X>());
  using dimension = decltype(check_dimension<D>());
  if constexpr (!accepts_a_value<floats>)
    return floats{};
  else if constexpr (!is_accepted<dimension>)
    return dimension{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, D>)
    return error::last_dimension_is_not<shape_t<X>, D>{};
  else if constexpr (!static_dimension<D>)
    return error::last_dimension_must_be_known_at_compile_time<D>{};
  else
    return floats{};
}

template <class D, class K, class X>
consteval auto check_top_k() {
  using rows = decltype(check_rows_of<D, X>());
  using made = decltype(check_dimension<K>());
  if constexpr (!accepts_a_value<rows>)
    return rows{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else if constexpr (!static_dimension<K>)
    return error::last_dimension_must_be_known_at_compile_time<K>{};
  else if constexpr (K::max > D::max)
    return error::top_k_takes_more_than_there_are<K, K::max, D, D::max>{};
  else {
    using chosen = shape::append_t<shape::leading_t<shape_t<X>>, K>;
    return accepted<typename indices_of<D, chosen>::type>{};
  }
}

template <class X, class I>
consteval auto check_take() {
  using floats = decltype(check_pointwise<X>());
  if constexpr (any_refused<X, I>)
    return accepted<refused_value>{};
  else if constexpr (!is_accepted<floats>)
    return floats{};
  else if constexpr (!is_indices<I>)
    return error::needs_indices_that_top_k_makes<I>{};
  else {
    using rows = decltype(check_rows_of<typename I::counted, X>());
    if constexpr (!is_accepted<rows>)
      return rows{};
    else if constexpr (!std::is_same_v<shape::leading_t<shape_t<X>>, shape::leading_t<shape_t<I>>>)
      return error::dimensions_of_x_are_not_those_of_the_indices<shape_t<X>, shape_t<I>>{};
    else
      return accepted<typename tensor_of<element_t<X>, shape_t<I>>::type>{};
  }
}

struct refused_take {
  template <class X, class I, class Error = decltype(check_take<X, I>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("take(x, indices): needs floats x (..., D) and indices (..., K) of top_k<D, K>")
  constexpr refused_value operator()(X, I, where = where::here()) const {
    return {};
  }
};

struct take_operation : refused_take {
  using refused_take::operator();

  template <class X, class I, class Check = decltype(check_take<X, I>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, I by, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::take, at, {}, x, by);
  }
};

template <class D, class K>
struct refused_top_k {
  template <class X, class Error = decltype(check_top_k<D, K, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("top_k<D, K>(x): needs x (..., D) of floats, K at most D")
  constexpr greatest<refused_value, refused_value> operator()(X, where = where::here()) const {
    return {};
  }
};

template <class D, class K>
struct top_k_operation : refused_top_k<D, K> {
  using refused_top_k<D, K>::operator();

  template <class X, class Check = decltype(check_top_k<D, K, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>) {
      return greatest<refused_value, refused_value>{};
    } else {
      const result chosen = emit<result>(graph::op::top_k, at, {}, x);
      const auto values = take_operation{}(x, chosen, at);
      return greatest<decltype(values), result>{values, chosen};
    }
  }
};

}  // namespace detail

/// take(x, indices): the elements of each row of x that the indices name; of other tensors than
/// that in which top_k found them too, so that one may choose by x + bias and weigh by x.
///   x (..., D) of floats, indices (..., K) of top_k<D, K> -> (..., K). Its gradient goes back to
///   where the elements stood.
inline constexpr detail::take_operation take{};

/// top_k<D, K>(x): the K greatest elements of each row, the greatest first, and their indices.
///   x (..., D) of floats; D and K known at compile time, K at most D -> values (..., K), indices
///   (..., K). Of equal elements, 0 and -0 among them, those with the lower index come first; NaN
///   counts as greater than all numbers. Indices have no gradient.
template <class D, class K>
inline constexpr detail::top_k_operation<D, K> top_k{};

}  // namespace tenon
