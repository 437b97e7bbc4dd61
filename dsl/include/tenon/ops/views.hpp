// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts of dimensions, and parts side by side or in turns. Kernels find the elements where they
// are.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {
namespace detail {

/// The stride of what lies side by side.
inline constexpr std::uint32_t side_by_side = 1;

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
    return emit<typename Check::result>(graph::op::slice, at, attribute(Offset, side_by_side), x);
  }
};

/// Of rows that are several dimensions, all known at compile time.
template <class D, class... More>
consteval auto check_long_rows(dims<D, More...>) {
  if constexpr (!static_dimension<D>)
    return error::dimensions_of_a_row_must_be_known_at_compile_time<D>{};
  else if constexpr (sizeof...(More) > 0)
    return check_long_rows(dims<More...>{});
  else
    return accepted<void>{};
}
template <class... D>
consteval auto check_columns(dims<D...> row) {
  using known = decltype(check_long_rows(row));
  if constexpr (!is_accepted<known>)
    return known{};
  else if constexpr (shape::elements(dims<D...>{}, graph::max_columns) > graph::max_columns)
    return error::rows_of_more_than_2_to_the_31_elements<D...>{};
  else
    return accepted<void>{};
}

/// The row that a pick takes from: D and what is behind it, or, where D is the last one, the
/// dimension before it. Of two D the one before the last dimension is meant.
template <class D, class Dims>
struct picked_from {
  static constexpr bool is_before_last = std::is_same_v<shape::at_t<Dims, Dims::rank - 2>, D>;
  static constexpr std::size_t place =
      is_before_last ? Dims::rank - 2 : shape::first_index<D>(Dims{});
  static constexpr bool is_last = place + 1 == Dims::rank;
  using row = shape::trailing_t<Dims, is_last ? 2 : Dims::rank - place>;
  using behind = shape::trailing_t<Dims, Dims::rank - place - 1>;
  using rest = shape::joined_t<shape::slice_t<Dims, 0, place>, behind>;
};

template <class D, std::uint32_t Index, class X>
consteval auto check_pick() {
  using floats = decltype(check_pointwise<X>());
  using made = decltype(check_made<D>());
  if constexpr (!accepts_a_value<floats>)
    return floats{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else if constexpr (shape::times<D>(shape_t<X>{}) == 0)
    return error::x_has_no_dimension<D, shape_t<X>>{};
  else if constexpr (rank_of<X> < 2)
    return error::pick_needs_a_dimension_beside<D, shape_t<X>>{};
  else if constexpr (shape::times<D>(shape_t<X>{}) > 1 &&
                     !picked_from<D, shape_t<X>>::is_before_last)
    return error::x_has_the_dimension_twice<D, shape_t<X>>{};
  else if constexpr (Index >= D::max)
    return error::pick_is_behind_the_end_of<Index, D, D::max>{};
  else {
    using from = picked_from<D, shape_t<X>>;
    using columns = decltype(check_columns(typename from::row{}));
    if constexpr (!is_accepted<columns>)
      return columns{};
    else if constexpr (from::is_last && D::max > graph::max_stride)
      return error::pick_of_the_last_dimension_is_one_of_at_most_16<D, D::max>{};
    else
      return accepted<typename tensor_of<element_t<X>, typename from::rest>::type>{};
  }
}

template <class D, std::uint32_t Index>
struct refused_pick {
  template <class X, class Error = decltype(check_pick<D, Index, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("pick<D, index>(x): needs x (..., D, ...) of floats, index below D")
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
    if constexpr (any_refused<result>) {
      return refused_value{};
    } else {
      using from = picked_from<D, shape_t<X>>;
      constexpr auto apart =
          static_cast<std::uint32_t>(shape::elements(typename from::behind{}, graph::max_columns));
      return emit<result>(
          graph::op::slice, at,
          from::is_last ? attribute(Index, D::max) : attribute(Index * apart, side_by_side), x);
    }
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

template <std::uint32_t Stride, class Result, class A, class B, class C, class E>
constexpr auto emit_join(where at, A a, B b, C c, E e) {
  if constexpr (std::is_same_v<B, no_part>)
    return emit<Result>(graph::op::join, at, attribute(Stride), a);
  else if constexpr (std::is_same_v<C, no_part>)
    return emit<Result>(graph::op::join, at, attribute(Stride), a, b);
  else if constexpr (std::is_same_v<E, no_part>)
    return emit<Result>(graph::op::join, at, attribute(Stride), a, b, c);
  else
    return emit<Result>(graph::op::join, at, attribute(Stride), a, b, c, e);
}

template <class D>
struct join_operation : refused_join<D> {
  using refused_join<D>::operator();

  template <class A, class B = no_part, class C = no_part, class E = no_part,
            class Check = decltype(check_join<D, A, B, C, E>())>
    requires is_accepted<Check>
  constexpr auto operator()(A a, B b = {}, C c = {}, E e = {}, where at = where::here()) const {
    return emit_join<side_by_side, typename Check::result>(at, a, b, c, e);
  }
};

/// Of a part of a stack of which `First` is the first.
template <class First, class X>
consteval auto check_stacked() {
  using part = decltype(check_part<First, X>());
  if constexpr (std::is_same_v<X, no_part> || !is_accepted<part>)
    return part{};
  else if constexpr (!std::is_same_v<shape_t<X>, shape_t<First>>)
    return error::dimensions_are_not_those_of_the_first_part<shape_t<X>, shape_t<First>>{};
  else
    return accepted<void>{};
}

template <class First, class X, class... More>
consteval auto check_stacked_parts() {
  using verdict = decltype(check_stacked<First, X>());
  if constexpr (!is_accepted<verdict> || sizeof...(More) == 0)
    return verdict{};
  else
    return check_stacked_parts<First, More...>();
}

template <class D, class First, class... More>
consteval auto check_stack() {
  using first = decltype(check_rows<First>());
  using made = decltype(check_made<D>());
  if constexpr (any_refused<First, More...>)
    return accepted<refused_value>{};
  else if constexpr (!accepts_a_value<first>)
    return first{};
  else if constexpr (!is_accepted<made>)
    return made{};
  else {
    using parts = decltype(check_stacked_parts<First, First, More...>());
    constexpr std::uint64_t count = 1 + (0 + ... + !std::is_same_v<More, no_part>);
    if constexpr (!is_accepted<parts>)
      return parts{};
    else if constexpr (count != D::max)
      return error::parts_are_not_as_many_as_the_dimension_has_elements<count, D, D::max>{};
    else {
      using result = typename tensor_of<element_t<First>, shape::append_t<shape_t<First>, D>>::type;
      using columns = decltype(check_columns(dims<shape::last_t<shape_t<First>>, D>{}));
      if constexpr (rank_of<result> > graph::max_rank)
        return error::a_tensor_has_at_most_8_dimensions<result>{};
      else if constexpr (!is_accepted<columns>)
        return columns{};
      else
        return accepted<result>{};
    }
  }
}

template <class D>
struct refused_stack {
  template <class A, class B = no_part, class C = no_part, class E = no_part,
            class Error = decltype(check_stack<D, A, B, C, E>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "stack<D>(a, b, ...): needs D tensors of floats (..., C), all of the same dimensions")
  constexpr refused_value
  operator()(A, B = {}, C = {}, E = {}, where = where::here()) const {
    return {};
  }
};

template <class D>
struct stack_operation : refused_stack<D> {
  using refused_stack<D>::operator();

  template <class A, class B = no_part, class C = no_part, class E = no_part,
            class Check = decltype(check_stack<D, A, B, C, E>())>
    requires is_accepted<Check>
  constexpr auto operator()(A a, B b = {}, C c = {}, E e = {}, where at = where::here()) const {
    return emit_join<D::max, typename Check::result>(at, a, b, c, e);
  }
};

}  // namespace detail

/// slice<E, offset = 0>(x): elements offset .. offset + E - 1 of the last dimension.
///   x (..., D) of floats -> (..., E); D and E known at compile time, offset + E at most D.
template <class E, std::uint32_t Offset = 0>
inline constexpr detail::slice_operation<E, Offset> slice{};

/// pick<D, index>(x): what has that index in D: queries of (batch, seq, n_head, three, n_dim).
///   x (..., D, ...) of floats -> (..., ...), shape of x without D; index below D. D and all behind
///   it are known at compile time; where D is the last one, it has at most 16 elements, and the
///   dimension before it is known at compile time, too.
template <class D, std::uint32_t Index>
inline constexpr detail::pick_operation<D, Index> pick{};

/// join<D>(a, b, ...): the last dimensions of one to four parts side by side.
///   a (..., A), b (..., B), ... of floats, the same but for the last dimension -> (..., D), where
///   D = A + B + ..., all known at compile time.
template <class D>
inline constexpr detail::join_operation<D> join{};

/// stack<D>(a, b, ...): one to four tensors as the elements of a new last dimension; the opposite
/// of pick.
///   a (..., C), b (..., C), ... of floats, as many as D has elements -> (..., C, D); C known at
///   compile time.
template <class D>
inline constexpr detail::stack_operation<D> stack{};

}  // namespace tenon
