// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stack of layers that stays a loop: of one layer, or of several that take turns.
#pragma once
#include <tuple>
#include <utility>

#include "tenon/ops/pointwise.hpp"
#include "tenon/ops/regions.hpp"

namespace tenon {
namespace detail {

/// What a layer of a stack returns that takes X...: one as it is, several as a std::tuple.
template <class... X>
struct returned {
  using type = std::tuple<X...>;
};
template <class X>
struct returned<X> {
  using type = X;
};

template <class X>
inline constexpr bool holds_refused = any_refused<X>;
template <class... X>
inline constexpr bool holds_refused<std::tuple<X...>> = any_refused<X...>;

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
  else if constexpr (!is_accepted<decltype(check_scale<X>())>)
    return check_scale<X>();
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

template <class... T>
struct types {
  static constexpr std::size_t count = sizeof...(T);
};

template <class X>
concept is_layer =
    std::is_class_v<X> && !is_tensor<X> && !is_param<X> && !is_cache<X> && !any_refused<X>;

/// The arguments of `repeat` in two: the layers that come first, and what they are handed.
template <class Layers, class Values, class... Arg>
struct parted {
  using layers = Layers;
  using values = Values;
};
template <class... L, class... V, class First, class... Rest>
struct parted<types<L...>, types<V...>, First, Rest...>
    : std::conditional_t<is_layer<First> && sizeof...(V) == 0,
                         parted<types<L..., First>, types<>, Rest...>,
                         parted<types<L...>, types<V..., First>, Rest...>> {};
template <class... Arg>
using parts_of = parted<types<>, types<>, Arg...>;

/// Of what goes from layer to layer: tensors of floats.
template <class First, class... Rest>
consteval auto check_carried() {
  using verdict = decltype(check_scale<First>());
  if constexpr (!is_accepted<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_carried<Rest...>();
}

/// X: what a layer takes.
template <class Layer, class... X>
consteval auto check_turn() {
  if constexpr (!requires(const Layer layer, X... x) { layer(x...); }) {
    return error::layer_does_not_take<Layer, X...>{};
  } else {
    using result = decltype(std::declval<const Layer&>()(std::declval<X>()...));
    if constexpr (std::is_void_v<result>)
      return error::body_returns_nothing<Layer>{};
    else if constexpr (holds_refused<result>)
      return accepted<refused_value>{};
    else if constexpr (std::is_same_v<result, typename returned<X...>::type>)
      return accepted<result>{};
    else if constexpr (sizeof...(X) == 1)
      return error::body_must_return_the_type_that_it_takes<result, X...>{};
    else
      return error::layer_must_return_a_std_tuple_of_the_types_that_it_takes<result, X...>{};
  }
}

template <class First, class... Rest, class... X>
consteval auto check_turns(types<First, Rest...>, types<X...>) {
  using verdict = decltype(check_turn<First, X...>());
  if constexpr (!accepts_a_value<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_turns(types<Rest...>{}, types<X...>{});
}

template <class Depth, class... Layer, class... X>
consteval auto check_stack(types<Layer...>, types<X...>) {
  if constexpr (any_refused<X...>)
    return accepted<refused_value>{};
  else if constexpr (!is_accepted<decltype(check_dimension<Depth>())>)
    return check_dimension<Depth>();
  else if constexpr (!static_dimension<Depth>)
    return error::depth_must_be_a_dimension_known_at_compile_time<Depth>{};
  else if constexpr (sizeof...(Layer) == 0 || sizeof...(X) == 0)
    return error::repeat_needs_a_layer_and_a_tensor<Depth>{};
  else if constexpr (sizeof...(Layer) + sizeof...(X) > 10)
    return error::repeat_has_at_most_10_layers_and_values<sizeof...(Layer) + sizeof...(X)>{};
  else {
    using carried = decltype(check_carried<X...>());
    if constexpr (!is_accepted<carried>)
      return carried{};
    else
      return check_turns(types<Layer...>{}, types<typename X::plain...>{});
  }
}

template <class Depth, class... Arg>
using stack_check = decltype(check_stack<Depth>(typename parts_of<Arg...>::layers{},
                                                typename parts_of<Arg...>::values{}));

/// In place of Count results: so many that a structured binding of them takes them.
template <std::size_t Count>
constexpr auto refused_values() {
  if constexpr (Count < 2)
    return refused_value{};
  else
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple{(static_cast<void>(I), refused_value{})...};
    }(std::make_index_sequence<Count>{});
}

/// The prefix of a stack's names, and the number of its first layer.
struct stack_name {
  text prefix;
  std::uint32_t first = 0;

  constexpr stack_name(const char* letters) : prefix(letters) {}
  constexpr stack_name(const char* letters, std::uint32_t number)
      : prefix(letters), first(number) {}
};
/// Of one layer with one value, which has another form where its number is 0.
struct numbered_stack : stack_name {
  constexpr numbered_stack(const char* letters, std::uint32_t number)
      : stack_name(letters, number) {}
};

// The arguments of a stack, written out: behind a pack of them there is no default argument, and so
// no line of the call.
#define TENON_STACK_ARGUMENTS_3(X) X(1), X(2), X(3)
#define TENON_STACK_ARGUMENTS_4(X) TENON_STACK_ARGUMENTS_3(X), X(4)
#define TENON_STACK_ARGUMENTS_5(X) TENON_STACK_ARGUMENTS_4(X), X(5)
#define TENON_STACK_ARGUMENTS_6(X) TENON_STACK_ARGUMENTS_5(X), X(6)
#define TENON_STACK_ARGUMENTS_7(X) TENON_STACK_ARGUMENTS_6(X), X(7)
#define TENON_STACK_ARGUMENTS_8(X) TENON_STACK_ARGUMENTS_7(X), X(8)
#define TENON_STACK_ARGUMENTS_9(X) TENON_STACK_ARGUMENTS_8(X), X(9)
#define TENON_STACK_ARGUMENTS_10(X) TENON_STACK_ARGUMENTS_9(X), X(10)
#define TENON_STACKS(X) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10)
#define TENON_STACK_CLASS(n) class A##n
#define TENON_STACK_TYPE(n) A##n
#define TENON_STACK_PARAMETER(n) const A##n a##n
#define TENON_STACK_ARGUMENT(n) a##n

/// How often layers that take turns go through all of them: the trip count of their loop.
template <class Depth, std::size_t Turns>
struct passes_of {
  static constexpr std::uint32_t max = Depth::max / Turns;

  /// "n_layer_by_2"
  static constexpr auto name = [] {
    constexpr text depth = type_name<Depth>();
    struct {
      char data[depth.size + 24]{};
      std::uint32_t size = 0;
    } letters;
    const auto append = [&](char letter) { letters.data[letters.size++] = letter; };
    for (std::uint32_t i = 0; i < depth.size; ++i) append(depth.data[i]);
    for (const char letter : {'_', 'b', 'y', '_'}) append(letter);
    std::size_t power = 1;
    while (Turns / power >= 10) power *= 10;
    for (; power != 0; power /= 10) append(static_cast<char>('0' + Turns / power % 10));
    return letters;
  }();

  static constexpr std::uint32_t index(graph::builder& graph) {
    const std::uint32_t depth = dim_index<Depth>(graph);
    if constexpr (Turns == 1)
      return depth;
    else
      return graph.dim(identity<passes_of>, {name.data, name.size}, max, max);
  }
};

template <class Depth, class Layers, class Values>
struct stack_of;
template <class Depth, class... Layer, class... X>
struct stack_of<Depth, types<Layer...>, types<X...>> {
  using values = std::tuple<X...>;
  using passes = passes_of<Depth, sizeof...(Layer)>;

  static constexpr values run(const std::tuple<Layer...>& layers, values x, const stack_name& name,
                              where at) {
    graph::builder& graph = *std::get<0>(x).ref().graph;
    const auto at_turn = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if constexpr (sizeof...(X) == 1)
        x = values{std::get<I>(layers)(std::get<0>(x))};
      else
        x = std::apply(std::get<I>(layers), x);
    };
    const auto each_turn = [&](auto number) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (number(std::integral_constant<std::size_t, I>{}), ...);
      }(std::make_index_sequence<sizeof...(Layer)>{});
    };
    if constexpr (passes::max > 0) {
      const std::uint32_t depth = passes::index(graph);
      x = emit_values(graph, graph::op::repeat, at, attribute(depth), x);
      graph.begin_repeat(name.prefix, depth, at);
      each_turn([&](auto turn) {
        graph.number_layers(sizeof...(Layer), name.first + turn.value);
        at_turn(turn);
      });
      graph.end_repeat();
      x = emit_values(graph, graph::op::yield, at, {}, x);
    } else {
      dim_index<Depth>(graph);
    }
    // The layers behind the last pass, which are fewer than the turns, are in no loop.
    each_turn([&](auto turn) {
      constexpr std::uint32_t layer = passes::max * sizeof...(Layer) + turn.value;
      if constexpr (layer < Depth::max) {
        graph.begin_layer(name.prefix, name.first + layer, at);
        at_turn(turn);
        graph.end_repeat();
      }
    });
    return x;
  }

 private:
  static constexpr values emit_values(graph::builder& graph, graph::op kind, where at,
                                      const attributes& list, const values& x) {
    return std::apply(
        [&](const X&... each) {
          graph::words<sizeof...(X)> operands, results;
          (operands.push(operand_word(graph, each, at)), ...);
          const values made{new_value<X>(graph)...};
          std::apply([&](const X&... result) { (results.push(result.ref().index), ...); }, made);
          graph.node(kind, operands, results, list, at);
          return made;
        },
        x);
  }
};

// What the body returns is asked in the operations' own signatures, spelled out: each template in
// between would add its lines to every error in the body of a model that is a template. So one
// layer with one value, the usual stack, has overloads of its own.
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
  template <class A, class B, class C, class... More,
            class Error = stack_check<Depth, A, B, C, More...>>
    requires(!is_accepted<Error>)
  TENON_REFUSES("repeat<L>: needs a prefix, layers, and tensors that each layer takes and returns")
  constexpr auto operator()(stack_name, A, B, C, More...) const {
    return refused_values<parts_of<A, B, C, More...>::values::count>();
  }
  template <class Layer, class X, class Error = stack_check<Depth, Layer, X>>
    requires(!is_accepted<Error>)
  TENON_REFUSES("repeat<L>: needs a prefix, layers, and tensors that each layer takes and returns")
  constexpr refused_value operator()(numbered_stack, Layer, X, where = where::here()) const {
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
#define TENON_STACK(n)                                                                         \
  template <TENON_STACK_ARGUMENTS_##n(TENON_STACK_CLASS)>                                      \
    requires is_accepted<stack_check<Depth, TENON_STACK_ARGUMENTS_##n(TENON_STACK_TYPE)>>      \
  constexpr auto operator()(stack_name name, TENON_STACK_ARGUMENTS_##n(TENON_STACK_PARAMETER), \
                            where at = where::here()) const {                                  \
    return run(name, at, TENON_STACK_ARGUMENTS_##n(TENON_STACK_ARGUMENT));                     \
  }
  TENON_STACKS(TENON_STACK)
#undef TENON_STACK
  template <class Layer, class X>
    requires is_accepted<stack_check<Depth, Layer, X>>
  constexpr auto operator()(numbered_stack name, const Layer layer, X x,
                            where at = where::here()) const {
    return run(name, at, layer, x);
  }
  using refused_repeat<Depth>::operator();

 private:
  template <class... Arg>
  static constexpr auto run(const stack_name& name, where at, const Arg&... arg) {
    using parts = parts_of<Arg...>;
    using layers = typename parts::layers;
    if constexpr (!accepts_a_value<stack_check<Depth, Arg...>>) {
      return refused_values<parts::values::count>();
    } else {
      const auto all = std::tie(arg...);
      const auto x =
          [&]<class... X, std::size_t... L, std::size_t... V>(
              types<X...>, std::index_sequence<L...>, std::index_sequence<V...>) {
            return stack_of<Depth, layers, types<typename X::plain...>>::run(
                {std::get<L>(all)...}, {std::get<layers::count + V>(all)...}, name, at);
          }(typename parts::values{}, std::make_index_sequence<layers::count>{},
            std::make_index_sequence<parts::values::count>{});
      if constexpr (parts::values::count == 1)
        return std::get<0>(x);
      else
        return x;
    }
  }
};

#undef TENON_STACKS
#undef TENON_STACK_CLASS
#undef TENON_STACK_TYPE
#undef TENON_STACK_PARAMETER
#undef TENON_STACK_ARGUMENT
#undef TENON_STACK_ARGUMENTS_3
#undef TENON_STACK_ARGUMENTS_4
#undef TENON_STACK_ARGUMENTS_5
#undef TENON_STACK_ARGUMENTS_6
#undef TENON_STACK_ARGUMENTS_7
#undef TENON_STACK_ARGUMENTS_8
#undef TENON_STACK_ARGUMENTS_9
#undef TENON_STACK_ARGUMENTS_10

}  // namespace detail

/// repeat<Depth>(prefix, body, x): a stack of layers, x = body(x), once for each of Depth layers.
/// The body is traced once and stays a loop in the machine code; its parameters and caches are one
/// for each layer, named "<prefix>.{}.<name>".
///   prefix: "h", or {"h", 6} where the first layer is that of number 6.
///   body: takes and returns x's type. Several of them, repeat<Depth>(prefix, a, b, x), take turns:
///     a is layer 0, b layer 1, a layer 2 and so on; Depth counts all layers and may be any number.
///   x: several, repeat<Depth>(prefix, body, x, y), all go from layer to layer: a body takes them
///     and returns a std::tuple of them, as repeat does.
template <class Depth>
inline constexpr detail::repeat_operation<Depth> repeat{};

}  // namespace tenon
