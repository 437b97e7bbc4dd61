// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every operation asks of its operands first: that element types and dimensions are declared
// well. The verdict of the first operand that is not, or accepted.
#pragma once
#include "tenon/core/tensor.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon::detail {

template <class D>
consteval auto check_dimension() {
  if constexpr (is_named<D>("min") || is_named<D>("max"))
    return error::a_dimension_cannot_be_named_min_or_max<D>{};
  else if constexpr (!dimension<D>)
    return error::a_dimension_must_derive_from_dim_or_dyn<D>{};
  else if constexpr (type_name<D>().size == 0)
    return error::a_dimension_must_be_a_struct_with_a_name_of_its_own<D>{};
  else if constexpr (D::min == 0)
    return error::a_dimension_must_hold_at_least_1_element<D>{};
  else if constexpr (D::min > D::max)
    return error::bounds_of_a_dimension_are_reversed<D>{};
  else
    return accepted<void>{};
}

template <class First, class... Rest>
consteval auto check_dimensions(dims<First, Rest...>) {
  using verdict = decltype(check_dimension<First>());
  if constexpr (!is_accepted<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_dimensions(dims<Rest...>{});
}
consteval auto check_dimensions(dims<>) { return accepted<void>{}; }

template <class First, class... Rest>
consteval auto check_static(dims<First, Rest...>) {
  if constexpr (!static_dimension<First>)
    return error::dimension_of_a_param_or_cache_must_be_known_at_compile_time<First>{};
  else if constexpr (sizeof...(Rest) == 0)
    return accepted<void>{};
  else
    return check_static(dims<Rest...>{});
}
consteval auto check_static(dims<>) { return accepted<void>{}; }

template <class X>
consteval auto check_operand() {
  if constexpr (is_gathered<X>)
    return error::only_linear_takes_what_gather_makes<X>{};
  else if constexpr (!is_tensor<X> && !is_param<X> && !is_state<X>)
    return accepted<void>{};
  else if constexpr (!element<element_t<X>>)
    return error::element_type_must_be_f32_bf16_i32_or_f64<element_t<X>>{};
  else {
    using verdict = decltype(check_dimensions(shape_t<X>{}));
    if constexpr (!is_accepted<verdict>)
      return verdict{};
    else if constexpr (rank_of<X> > graph::max_rank)
      return error::a_tensor_has_at_most_8_dimensions<X>{};
    else if constexpr (shape::elements(shape_t<X>{}, graph::max_elements) > graph::max_elements)
      return error::a_tensor_has_at_most_2_to_the_48_elements<X>{};
    else if constexpr (is_param<X>)
      return check_static(shape_t<X>{});
    else if constexpr (is_state<X>)
      return check_static(shape::trailing_t<shape_t<X>, rank_of<X> - 1>{});
    else
      return accepted<void>{};
  }
}

/// accepted<void>; accepted<refused_value> if a mistake was reported before; or the mistake.
template <class First, class... Rest>
consteval auto check_operands() {
  using verdict = decltype(check_operand<First>());
  if constexpr (any_refused<First, Rest...>)
    return accepted<refused_value>{};
  else if constexpr (!is_accepted<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_operands<Rest...>();
}

/// Whether a check has its answer already from its operands alone.
template <class Verdict>
inline constexpr bool settles = !__is_same(Verdict, accepted<void>);

}  // namespace tenon::detail
