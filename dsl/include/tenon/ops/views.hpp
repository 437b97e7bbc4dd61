// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts of the last dimension, and parts side by side. Kernels find the elements where they are.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {
namespace detail {

/// Of what has rows: a last dimension known at compile time.
template <class X>
consteval auto check_rows() {
  using floats = decltype(check_scale<X>());
  if constexpr (!accepts_a_value<floats>)
    return floats{};
  else if constexpr (rank_of<X> == 0)
    return error::x_must_have_a_dimension<X>{};
  else if constexpr (!static_dimension<shape::last_t<shape_t<X>>>)
    return error::last_dimension_must_be_known_at_compile_time<shape::last_t<shape_t<X>>>{};
  else
    return floats{};
}

/// The dimension that a view makes.
template <class D>
consteval auto check_made() {
  using dimension = decltype(check_dimension<D>());
  if constexpr (is_accepted<dimension> && !static_dimension<D>)
    return error::last_dimension_must_be_known_at_compile_time<D>{};
  else
    return dimension{};
}

template <class E, std::uint32_t Offset, class X>
consteval auto check_slice() {
  using rows = decltype(check_rows<X>());
  using made = decltype(check_made<E>());
  if constexpr (!accepts_a_value<rows>)
    return rows{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else {
    using whole = shape::last_t<shape_t<X>>;
    constexpr std::uint64_t end = std::uint64_t{Offset} + E::max;
    if constexpr (end > whole::max)
      return error::slice_ends_behind_the_end_of<E, end, whole, whole::max>{};
    else
      return accepted<replace_last_t<typename X::plain, E>>{};
  }
}

template <class E, std::uint32_t Offset>
struct refused_slice {
  template <class X, class Error = decltype(check_slice<E, Offset, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("slice<E, offset>(x): needs x (..., D) of floats, offset + E at most D")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

template <class E, std::uint32_t Offset>
struct slice_operation : refused_slice<E, Offset> {
  using refused_slice<E, Offset>::operator();

  template <class X, class Check = decltype(check_slice<E, Offset, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::slice, at, attribute(Offset), x);
  }
};

/// Of a dimension that stands before the last.
template <class D, std::uint32_t Index, class X>
consteval auto check_pick() {
  using rows = decltype(check_rows<X>());
  using made = decltype(check_made<D>());
  if constexpr (!accepts_a_value<rows>)
    return rows{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else if constexpr (rank_of<X> < 2)
    return error::pick_takes_from_the_dimension_before_the_last<D, shape_t<X>>{};
  else {
    using before = shape::leading_t<shape_t<X>>;
    using last = shape::last_t<shape_t<X>>;
    if constexpr (!std::is_same_v<shape::last_t<before>, D>)
      return error::pick_takes_from_the_dimension_before_the_last<D, shape_t<X>>{};
    else if constexpr (Index >= D::max)
      return error::pick_is_behind_the_end_of<Index, D, D::max>{};
    else if constexpr (std::uint64_t{D::max} * last::max > graph::max_columns)
      return error::rows_of_more_than_2_to_the_31_elements<D, last>{};
    else
      return accepted<typename tensor_of<element_t<X>,
                                         shape::append_t<shape::leading_t<before>, last>>::type>{};
  }
}

template <class D, std::uint32_t Index>
struct refused_pick {
  template <class X, class Error = decltype(check_pick<D, Index, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("pick<D, index>(x): needs x (..., D, C) of floats, index below D")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

template <class D, std::uint32_t Index>
struct pick_operation : refused_pick<D, Index> {
  using refused_pick<D, Index>::operator();

  template <class X, class Check = decltype(check_pick<D, Index, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>)
      return refused_value{};
    else
      return emit<result>(graph::op::slice, at, attribute(Index * shape::last_t<shape_t<X>>::max),
                          x);
  }
};

/// In place of a part that is not given.
struct no_part {};

/// Of a part of a join of which `First` is the first.
template <class First, class X>
consteval auto check_part() {
  using rows = decltype(check_rows<X>());
  if constexpr (std::is_same_v<X, no_part>)
    return accepted<void>{};
  else if constexpr (!accepts_a_value<rows>)
    return rows{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<First>>)
    return error::element_types_differ<element_t<X>, element_t<First>>{};
  else if constexpr (!std::is_same_v<shape::leading_t<shape_t<X>>,
                                     shape::leading_t<shape_t<First>>>)
    return error::dimensions_before_the_last_are_not_those_of_the_first_part<shape_t<X>,
                                                                             shape_t<First>>{};
  else
    return accepted<void>{};
}

template <class First, class X, class... More>
consteval auto check_parts() {
  using verdict = decltype(check_part<First, X>());
  if constexpr (!is_accepted<verdict> || sizeof...(More) == 0)
    return verdict{};
  else
    return check_parts<First, More...>();
}

template <class X>
constexpr std::uint64_t last_size() {
  if constexpr (std::is_same_v<X, no_part>)
    return 0;
  else
    return shape::last_t<shape_t<X>>::max;
}

template <class D, class First, class... More>
consteval auto check_join() {
  using first = decltype(check_rows<First>());
  using made = decltype(check_made<D>());
  if constexpr (any_refused<First, More...>)
    return accepted<refused_value>{};
  else if constexpr (!accepts_a_value<first>)
    return first{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else {
    using parts = decltype(check_parts<First, First, More...>());
    if constexpr (!is_accepted<parts>)
      return parts{};
    else if constexpr (constexpr std::uint64_t sum = (last_size<First>() + ... + last_size<More>());
                       sum != D::max)
      return error::parts_add_up_to<sum, D, D::max>{};
    else
      return accepted<replace_last_t<typename First::plain, D>>{};
  }
}

template <class D>
struct refused_join {
  template <class A, class B = no_part, class C = no_part, class E = no_part,
            class Error = decltype(check_join<D, A, B, C, E>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("join<D>(a, b, ...): needs tensors of floats (..., A), (..., B), together D")
  constexpr refused_value operator()(A, B = {}, C = {}, E = {}, where = where::here()) const {
    return {};
  }
};

template <class D>
struct join_operation : refused_join<D> {
  using refused_join<D>::operator();

  template <class A, class B = no_part, class C = no_part, class E = no_part,
            class Check = decltype(check_join<D, A, B, C, E>())>
    requires is_accepted<Check>
  constexpr auto operator()(A a, B b = {}, C c = {}, E e = {}, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (std::is_same_v<B, no_part>)
      return emit<result>(graph::op::join, at, {}, a);
    else if constexpr (std::is_same_v<C, no_part>)
      return emit<result>(graph::op::join, at, {}, a, b);
    else if constexpr (std::is_same_v<E, no_part>)
      return emit<result>(graph::op::join, at, {}, a, b, c);
    else
      return emit<result>(graph::op::join, at, {}, a, b, c, e);
  }
};

}  // namespace detail

/// slice<E, offset = 0>(x): elements offset .. offset + E - 1 of the last dimension.
///   x (..., D) of floats -> (..., E); D and E known at compile time, offset + E at most D.
template <class E, std::uint32_t Offset = 0>
inline constexpr detail::slice_operation<E, Offset> slice{};

/// pick<D, index>(x): what has that index in D, which stands before the last dimension: queries of
/// (batch, seq, n_head, three, n_dim).
///   x (..., D, C) of floats -> (..., C); D and C known at compile time, index below D.
template <class D, std::uint32_t Index>
inline constexpr detail::pick_operation<D, Index> pick{};

/// join<D>(a, b, ...): the last dimensions of one to four parts side by side.
///   a (..., A), b (..., B), ... of floats, the same but for the last dimension -> (..., D), where
///   D = A + B + ..., all known at compile time.
template <class D>
inline constexpr detail::join_operation<D> join{};

}  // namespace tenon
