// Parts of a model: a stack of identical layers that stays a loop, and a scope that must become one
// kernel.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon {
namespace detail {

template <class Depth, class Body, class X>
consteval auto check_repeat() {
  if constexpr (any_refused<X>) return accepted<refused_value>{};
  else if constexpr (!static_dimension<Depth>)
    return error::depth_must_be_a_dimension_known_at_compile_time<Depth>{};
  else if constexpr (!is_tensor<X>) return error::x_must_be_a_tensor<X>{};
  else if constexpr (!std::is_invocable_v<const Body&, typename X::plain>)
    return error::body_does_not_take<Body, typename X::plain>{};
  else {
    using result = std::invoke_result_t<const Body&, typename X::plain>;
    if constexpr (any_refused<result>) return accepted<refused_value>{};
    else if constexpr (!std::is_same_v<result, typename X::plain>)
      return error::body_must_return_the_type_that_it_takes<typename X::plain, result>{};
    else return accepted<result>{};
  }
}

template <class X, class Function>
consteval auto check_fused() {
  if constexpr (any_refused<X>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::x_must_be_a_tensor<X>{};
  else if constexpr (!std::is_invocable_v<const Function&, X>)
    return error::function_does_not_take<Function, X>{};
  else return accepted<std::invoke_result_t<const Function&, X>>{};
}

}  // namespace detail

/// A stack of layers: x = body(x), once for each of Depth layers. The body is traced once and stays
/// a loop in the machine code; its parameters and caches are one for each layer, named
/// "<prefix>.{}.<name>".
///   body: takes and returns x's type.
template <class Depth, class Body, class X,
          class Check = decltype(detail::check_repeat<Depth, Body, X>())>
  requires is_accepted<Check>
constexpr auto repeat(const char* prefix, Body body, X x, where at = where::here()) {
  using result = typename Check::result;
  if constexpr (any_refused<result>) {
    return result{};
  } else {
    graph::builder& graph = *x.ref().graph;
    const std::uint32_t depth = detail::dim_index<Depth>(graph);
    const result seen = detail::emit<result>(graph::op::repeat, at, detail::attribute(depth), x);
    graph.begin_repeat(prefix, depth, at);
    const result next = body(seen);
    graph.end_repeat();
    return detail::emit<result>(graph::op::yield, at, {}, next);
  }
}
template <class Depth, class Body, class X,
          class Error = decltype(detail::check_repeat<Depth, Body, X>())>
  requires(!is_accepted<Error>)
TENON_RULE("repeat<L>: needs a prefix, a body, and an x that the body takes and returns")
constexpr refused_value repeat(const char*, Body, X, where = where::here()) TENON_REFUSED

/// What function(x) computes, as one kernel: a contract, which the build keeps or fails.
///   function: returns a tensor, or several in a std::pair or std::tuple.
template <class X, class Function, class Check = decltype(detail::check_fused<X, Function>())>
  requires is_accepted<Check>
constexpr auto fused(X x, Function function, where at = where::here()) {
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
template <class X, class Function, class Error = decltype(detail::check_fused<X, Function>())>
  requires(!is_accepted<Error>)
TENON_RULE("fused: needs a tensor and a function that takes it")
constexpr refused_value fused(X, Function, where = where::here()) TENON_REFUSED

}  // namespace tenon
