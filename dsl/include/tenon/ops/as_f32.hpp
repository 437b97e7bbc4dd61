// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Integers as numbers for arithmetic: lengths, ids.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

template <class X>
consteval auto check_as_f32() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!std::is_same_v<element_t<X>, i32>)
    return error::x_must_hold_i32_but_holds<element_t<X>>{};
  else
    return accepted<typename tensor_of<f32, shape_t<X>>::type>{};
}

struct refused_as_f32 {
  template <class X, class Error = decltype(check_as_f32<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("as_f32: needs a tensor of i32")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

struct as_f32_operation : refused_as_f32 {
  using refused_as_f32::operator();

  template <class X, class Check = decltype(check_as_f32<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    constexpr auto kind = static_cast<std::uint32_t>(graph::scalar::as_f32);
    return emit<typename Check::result>(graph::op::elementwise, at, attribute(kind), x);
  }
};

}  // namespace detail

/// as_f32(x): integers for arithmetic, such as the lengths of sequences.
///   x (...) of i32 -> (...), f32; rounded to the nearest where they have more than 24 bits. It has
///   no gradient. Of `positions` it is along<T>.
inline constexpr detail::as_f32_operation as_f32{};

}  // namespace tenon
