// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions: one dimension of a tensor becomes one number.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {
namespace detail {

template <class D, class X>
consteval auto check_reduction() {
  using floats = decltype(check_scale<X>());
  using dimension = decltype(check_dimension<D>());
  if constexpr (!accepts_a_value<floats>)
    return floats{};
  else if constexpr (!is_accepted<dimension>)
    return dimension{};
  else if constexpr (shape::times<D>(shape_t<X>{}) == 0)
    return error::x_has_no_dimension<D, shape_t<X>>{};
  else if constexpr (shape::times<D>(shape_t<X>{}) > 1)
    return error::x_has_the_dimension_twice<D, shape_t<X>>{};
  else if constexpr (!static_dimension<D> && shape::first_index<D>(shape_t<X>{}) != 1)
    return error::a_dimension_known_at_run_time_can_be_reduced_where_it_is_the_second<D,
                                                                                      shape_t<X>>{};
  else
    return accepted<typename tensor_of<element_t<X>, shape::without_t<shape_t<X>, D>>::type>{};
}

template <graph::reduction Kind, class D, class X>
constexpr auto emit_reduction(const X& x, where at) {
  attributes list;
  list.push(static_cast<std::uint32_t>(Kind), dim_index<D>(*x.ref().graph));
  return emit<typename decltype(check_reduction<D, X>())::result>(graph::op::reduce, at, list, x);
}

}  // namespace detail

/// sum<D>(x), max<D>(x): of the elements of x that differ in D alone, the sum or the greatest one.
///   x (..., D, ...) -> (..., ...), shape of x without D. D is known at compile time, or it is the
///   second dimension: the tokens of a call, behind its sequences, which stay apart. What all
///   tokens sum up to would depend on how a text is cut into calls: such outputs have no `step`.
///   Tokens that are padding add up too, unless choose makes 0 of them. NaN gives NaN. Where
///   several elements are the greatest, its gradient goes to them in equal parts.

}  // namespace tenon
