// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The place of each element along a dimension, as a number.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

/// Up to here every integer is a float of 32 bits.
inline constexpr std::uint32_t most_exact_indices = 1u << 24;

template <class D, class X>
consteval auto check_along() {
  using operands = decltype(check_operands<X>());
  using dimension = decltype(check_dimension<D>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_accepted<dimension>)
    return dimension{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!static_dimension<D> && !shape::has<D>(shape_t<X>{}))
    return error::x_has_no_dimension<D, shape_t<X>>{};
  else if constexpr (D::max > most_exact_indices)
    return error::f32_counts_exactly_to_2_to_the_24_only<D>{};
  else
    return accepted<tensor<f32, D>>{};
}

template <class D>
struct refused_along {
  template <class X, class Error = decltype(check_along<D, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("along<D>(x): needs a tensor that has D, or any where D is known at compile time")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

template <class D>
struct along_operation : refused_along<D> {
  using refused_along<D>::operator();

  template <class X, class Check = decltype(check_along<D, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>) {
      return refused_value{};
    } else {
      graph::builder& graph = *x.ref().graph;
      const result made = new_value<result>(graph);
      graph.node(graph::op::along, graph::words<1>{}, made.ref().index, attributes{}, at);
      return made;
    }
  }
};

}  // namespace detail

/// along<D>(x): the number of each element along D, from 0 on. Where D counts the tokens of a call,
/// it begins at the position of the first, as `positions` does. So `along<seq>(x) / 100.0` is
/// arithmetic with positions.
///   x: a tensor that has D; any, if D is known at compile time -> (D), f32. At most 2^24 elements,
///   to which f32 counts exactly. It has no gradient.
template <class D>
inline constexpr detail::along_operation<D> along{};

}  // namespace tenon
