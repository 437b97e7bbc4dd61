// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Other dimensions for the same elements. Kernels find them where they are.
#pragma once
#include "tenon/ops/views.hpp"

namespace tenon {
namespace detail {

/// A dimension, or several as dims<...>.
template <class D>
struct as_dims {
  using type = dims<D>;
};
template <class... D>
struct as_dims<dims<D...>> {
  using type = dims<D...>;
};
template <class D>
using as_dims_t = typename as_dims<D>::type;

template <class First, class... More>
consteval auto check_all_made(dims<First, More...>) {
  using verdict = decltype(check_made<First>());
  if constexpr (!is_accepted<verdict> || sizeof...(More) == 0)
    return verdict{};
  else
    return check_all_made(dims<More...>{});
}
consteval auto check_all_made(dims<>) { return error::regroup_needs_a_dimension_at_least{}; }

template <class From, class To, class X>
consteval auto check_regroup() {
  using floats = decltype(check_pointwise<X>());
  using from = decltype(check_all_made(From{}));
  using to = decltype(check_all_made(To{}));
  if constexpr (!accepts_a_value<floats>)
    return floats{};
  else if constexpr (!is_accepted<from>)
    return from{};
  else if constexpr (!is_accepted<to>)
    return to{};
  else {
    using whole = shape_t<X>;
    constexpr std::size_t place = shape::place_of<From, whole>();
    constexpr std::uint64_t before = shape::elements(From{}, graph::max_columns);
    constexpr std::uint64_t after = shape::elements(To{}, graph::max_columns);
    if constexpr (place == whole::rank)
      return error::x_does_not_have_these_dimensions_side_by_side<From, whole>{};
    else if constexpr (before != after)
      return error::products_of_dimensions_differ<From, before, To, after>{};
    else {
      constexpr std::size_t end = place + From::rank;
      using row = shape::trailing_t<whole, whole::rank - place>;
      using result =
          typename tensor_of<element_t<X>,
                             shape::joined_t<shape::slice_t<whole, 0, place>, To,
                                             shape::trailing_t<whole, whole::rank - end>>>::type;
      using columns = decltype(check_columns(row{}));
      if constexpr (!is_accepted<columns>)
        return columns{};
      else if constexpr (rank_of<result> > graph::max_rank)
        return error::a_tensor_has_at_most_8_dimensions<result>{};
      else
        return accepted<result>{};
    }
  }
}

template <class From, class To>
struct refused_regroup {
  template <class X, class Error = decltype(check_regroup<From, To, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("regroup<From, To>(x): needs x (..., From..., ...) of floats, To... of as many")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

template <class From, class To>
struct regroup_operation : refused_regroup<From, To> {
  using refused_regroup<From, To>::operator();

  template <class X, class Check = decltype(check_regroup<From, To, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::slice, at, attribute(0, side_by_side), x);
  }
};

}  // namespace detail

/// regroup<From, To>(x): the same elements in the same order, with other dimensions: channels as
/// pairs by regroup<n_dim, dims<n_half, pair>>(x), and back by regroup<dims<n_half, pair>, n_dim>.
///   From, To: a dimension or dims<...>, with the same product. x (..., From..., ...) of floats ->
///   (..., To..., ...); From..., To... and all behind them known at compile time.
template <class From, class To>
inline constexpr detail::regroup_operation<detail::as_dims_t<From>, detail::as_dims_t<To>>
    regroup{};

}  // namespace tenon
