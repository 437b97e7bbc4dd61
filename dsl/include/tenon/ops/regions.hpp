// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts of a model: a stack of identical layers that stays a loop, and a scope that must become one
// kernel.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

// In place of std::is_invocable, which would add its own lines to every error in the function.
template <class Function, class X>
concept takes = requires(const Function& function, X x) { function(x); };

/// In place of what a body returns that does not take X.
struct not_called {};

/// Result: what the body returns.
template <class Depth, class Body, class X, class Result>
consteval auto check_repeat() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_accepted<decltype(check_dimension<Depth>())>)
    return check_dimension<Depth>();
  else if constexpr (!static_dimension<Depth>)
    return error::depth_must_be_a_dimension_known_at_compile_time<Depth>{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (std::is_same_v<Result, not_called>)
    return error::body_does_not_take<Body, typename X::plain>{};
  else if constexpr (std::is_void_v<Result>)
    return error::body_returns_nothing<Body>{};
  else if constexpr (any_refused<Result>)
    return accepted<refused_value>{};
  else if constexpr (!std::is_same_v<Result, typename X::plain>)
    return error::body_must_return_the_type_that_it_takes<Result, typename X::plain>{};
  else
    return accepted<Result>{};
}

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

// What the body returns is asked in the operations' own signatures, spelled out: each template in
// between would add its lines to every error in the body of a model that is a template.
template <class Depth>
struct refused_repeat {
  template <class Body, class X,
            class Error = decltype(check_repeat<Depth, Body, X,
                                                decltype(std::declval<const Body&>()(
                                                    std::declval<typename X::plain>()))>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("repeat<L>: needs a prefix, a body, and an x that the body takes and returns")
  constexpr refused_value operator()(const char*, Body, X, where = where::here()) const {
    return {};
  }
  template <class Body, class X, class Error = decltype(check_repeat<Depth, Body, X, not_called>())>
    requires(!is_accepted<Error> && !requires(const Body body, typename X::plain x) { body(x); })
  TENON_REFUSES("repeat<L>: needs a prefix, a body, and an x that the body takes and returns")
  constexpr refused_value operator()(const char*, Body, X, where = where::here()) const {
    return {};
  }
};

template <class Depth>
struct repeat_operation : refused_repeat<Depth> {
  template <class Body>
  constexpr refused_value operator()(const char*, Body, refused_value) const {
    return {};
  }
  template <class Body, class X>
  constexpr auto operator()(const char* prefix, const Body body, X x,
                            where at = where::here()) const ->
      typename decltype(check_repeat<Depth, Body, X,
                                     decltype(body(std::declval<typename X::plain>()))>())::result {
    using result = decltype(body(std::declval<typename X::plain>()));
    if constexpr (any_refused<result>) {
      return result{};
    } else {
      graph::builder& graph = *x.ref().graph;
      const std::uint32_t depth = dim_index<Depth>(graph);
      const result seen = emit<result>(graph::op::repeat, at, attribute(depth), x);
      graph.begin_repeat(prefix, depth, at);
      const result next = body(seen);
      graph.end_repeat();
      return emit<result>(graph::op::yield, at, {}, next);
    }
  }
  using refused_repeat<Depth>::operator();
};

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

/// repeat<Depth>(prefix, body, x): a stack of layers, x = body(x), once for each of Depth layers.
/// The body is traced once and stays a loop in the machine code; its parameters and caches are one
/// for each layer, named "<prefix>.{}.<name>".
///   body: takes and returns x's type.
template <class Depth>
inline constexpr detail::repeat_operation<Depth> repeat{};

/// fused(x, function): what function(x) computes, as one kernel. A contract: the build keeps it, or
/// fails and says why.
///   function: returns a tensor, or several in a std::pair or std::tuple.
inline constexpr detail::fused_operation fused{};

}  // namespace tenon
