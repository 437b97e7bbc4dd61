// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A scope of a model that must become one kernel.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

// In place of std::is_invocable, which would add its own lines to every error in the function.
template <class Function, class X>
concept takes = requires(const Function& function, X x) { function(x); };

/// In place of what a function returns that does not take X.
struct not_called {};

/// Asks nothing of a function with `auto` parameters: asking would instantiate it here, which adds
/// lines to each error in it.
template <class X, class Function>
consteval auto check_fused() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!requires { &Function::operator(); })
    return accepted<X>{};
  else if constexpr (!takes<Function, X>)
    return error::function_does_not_take<Function, X>{};
  else if constexpr (std::is_void_v<decltype(std::declval<const Function&>()(std::declval<X>()))>)
    return error::function_returns_nothing<Function>{};
  else
    return accepted<X>{};
}

struct refused_fused {
  template <class X, class Function, class Error = decltype(check_fused<X, Function>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("fused: needs a tensor and a function that takes it")
  constexpr refused_value operator()(X, Function, where = where::here()) const {
    return {};
  }
};

struct fused_operation : refused_fused {
  using refused_fused::operator();

  template <class X, class Function, class Check = decltype(check_fused<X, Function>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Function function, where at = where::here()) const {
    if constexpr (any_refused<X>) {
      return refused_value{};
    } else {
      graph::builder& graph = *x.ref().graph;
      graph.begin_scope(at);
      const auto result = function(x);
      graph.end_scope();
      return result;
    }
  }
};

}  // namespace detail

/// fused(x, function): what function(x) computes, as one kernel. A contract: the build keeps it, or
/// fails and says why.
///   function: returns a tensor, or several in a std::pair or std::tuple.
inline constexpr detail::fused_operation fused{};

}  // namespace tenon
