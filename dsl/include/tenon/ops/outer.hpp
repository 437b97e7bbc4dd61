// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The product of each element of one tensor with each of another.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {
namespace detail {

/// A tensor or param of floats.
template <class X>
consteval auto check_factor() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X> && !is_param<X>)
    return error::x_must_be_a_tensor_or_a_param<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else
    return accepted<void>{};
}

template <class X, class Y>
consteval auto check_outer() {
  using left = decltype(check_factor<X>());
  using right = decltype(check_factor<Y>());
  if constexpr (any_refused<X, Y>)
    return accepted<refused_value>{};
  else if constexpr (!is_accepted<left>)
    return left{};
  else if constexpr (!is_accepted<right>)
    return right{};
  else if constexpr (!is_tensor<X> && !is_tensor<Y>)
    return error::one_operand_must_be_a_tensor<X, Y>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Y>>)
    return error::element_types_differ<element_t<Y>, element_t<X>>{};
  else {
    using common = shape::common_t<shape_t<X>, shape_t<Y>>;
    using made = typename tensor_of<element_t<X>, shape::joined_t<shape_t<X>, shape_t<Y>>>::type;
    using verdict = decltype(check_operand<made>());
    if constexpr (common::rank > 0)
      return error::both_have_the_dimension<shape::first_t<common>, shape_t<X>, shape_t<Y>>{};
    else if constexpr (!is_accepted<verdict>)
      return verdict{};
    else
      return accepted<made>{};
  }
}

struct refused_outer {
  template <class X, class Y, class Error = decltype(check_outer<X, Y>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("outer(x, y): needs floats x (A...) and y (B...) with no dimension in common")
  constexpr refused_value operator()(X, Y, where = where::here()) const {
    return {};
  }
};

struct outer_operation : refused_outer {
  using refused_outer::operator();

  template <class X, class Y, class Check = decltype(check_outer<X, Y>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Y y, where at = where::here()) const {
    constexpr auto kind = static_cast<std::uint32_t>(graph::scalar::multiply);
    return emit<typename Check::result>(graph::op::elementwise, at, attribute(kind), x, y);
  }
};

}  // namespace detail

/// outer(x, y): the product of each element of x with each of y. Arithmetic repeats an operand over
/// what it lacks where one has all dimensions of the other; this says that none has.
///   x (A...), y (B...): tensors or params, one of them a tensor, of the same floats, with no
///   dimension in common -> (A..., B...).
inline constexpr detail::outer_operation outer{};

}  // namespace tenon
