// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stack of layers that stays a loop: of one layer, or of several that take turns.
#pragma once
#include <tuple>
#include <utility>

#include "tenon/ops/repeat_checks.hpp"

namespace tenon {
namespace detail {

/// How many values a layer returns, where that can be asked without handing it any.
template <class Layer>
constexpr std::size_t results_of() {
  if constexpr (requires { &Layer::operator(); })
    return []<class R, class... A>(R (Layer::*)(A...) const) -> std::size_t {
      if constexpr (requires { std::tuple_size<R>::value; })
        return std::tuple_size_v<R>;
      else
        return 1;
    }(&Layer::operator());
  else
    return 1;
}

template <class Values, class... Layer>
constexpr std::size_t refused_results(types<Layer...>) {
  std::size_t most = Values::count;
  ((most = results_of<Layer>() > most ? results_of<Layer>() : most), ...);
  return most;
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

/// One value is returned as it is.
template <class... E>
constexpr auto as_returned(const std::tuple<E...>& all) {
  if constexpr (sizeof...(E) == 1)
    return std::get<0>(all);
  else
    return all;
}

/// The loop of one layer, which may take from stacks and leave others.
template <class Depth, class Layer, class... X, class... S>
constexpr auto stacked_loop(const Layer& layer, const std::tuple<X...>& x,
                            const std::tuple<S...>& stacks, const stack_name& name, where at) {
  constexpr bool from_last = from_last_of<S...>;
  graph::builder& graph = *std::get<0>(x).ref().graph;
  const std::uint32_t depth = dim_index<Depth>(graph);
  const auto words_of = [&](const auto& all) {
    return std::apply(
        [](const auto&... each) {
          graph::words<sizeof...(each)> words;
          (words.push(each.ref().index), ...);
          return words;
        },
        all);
  };
  const std::tuple<X..., typename S::stack_element...> seen{
      new_value<X>(graph)..., new_value<typename S::stack_element>(graph)...};
  graph.node(from_last ? graph::op::repeat_from_last : graph::op::repeat,
             words_of(std::tuple_cat(x, stacks)), words_of(seen), attribute(depth), at);
  graph.begin_repeat(name.prefix, depth, at);
  if constexpr (from_last)  // its first pass is that of the last number of the loop
    graph.number_layers(-1, std::int64_t{name.first} + Depth::max - 1);
  else
    graph.number_layers(1, name.first);
  const auto made = [&] {
    const auto result = std::apply(layer, seen);
    if constexpr (is_tensor<decltype(result)>)
      return std::tuple{result};
    else
      return result;
  }();
  graph.end_repeat();
  return std::apply(
      [&]<class... E>(const E&... each) {
        const auto inside = [](const auto& one) {
          if constexpr (requires { one.value; })
            return one.value;
          else
            return one;
        };
        const auto behind = [&]<class One>(const One&) {
          if constexpr (is_tensor<One>) {
            return new_value<One>(graph);
          } else {
            using element = decltype(One::value);
            return layer_stack<Depth, element, from_last>(
                new_value<typename stacked<Depth, element>::type>(graph).ref());
          }
        };
        const std::tuple<decltype(behind(each))...> results{behind(each)...};
        graph.node(graph::op::yield, words_of(std::tuple{inside(each)...}), words_of(results),
                   attributes{}, at);
        return as_returned(results);
      },
      made);
}

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
  constexpr auto operator()(const char*, Body, X, where = where::here()) const {
    return refused_values<results_of<Body>()>();
  }
  template <class Body, class X, class Error = decltype(check_repeat<Depth, Body, X, not_called>())>
    requires(!is_accepted<Error> && !requires(const Body body, typename X::plain x) { body(x); })
  TENON_REFUSES("repeat<L>: needs a prefix, a body, and an x that the body takes and returns")
  constexpr auto operator()(const char*, Body, X, where = where::here()) const {
    return refused_values<results_of<Body>()>();
  }
  template <class A, class B, class C, class... More,
            class Error = stack_check<Depth, A, B, C, More...>>
    requires(!is_accepted<Error>)
  TENON_REFUSES("repeat<L>: needs a prefix, layers, and tensors that each layer takes and returns")
  constexpr auto operator()(stack_name, A, B, C, More...) const {
    using parts = parts_of<A, B, C, More...>;
    return refused_values<refused_results<typename parts::values>(typename parts::layers{})>();
  }
  template <class Layer, class X, class Error = stack_check<Depth, Layer, X>>
    requires(!is_accepted<Error>)
  TENON_REFUSES("repeat<L>: needs a prefix, layers, and tensors that each layer takes and returns")
  constexpr auto operator()(numbered_stack, Layer, X, where = where::here()) const {
    return refused_values<results_of<Layer>()>();
  }
};

template <class Depth>
struct repeat_operation : refused_repeat<Depth> {
  template <class Body>
  constexpr auto operator()(const char*, Body, refused_value) const {
    return refused_values<results_of<Body>()>();
  }
  template <class Body, class X>
  constexpr auto operator()(const char* prefix, const Body body, X x,
                            where at = where::here()) const ->
      typename decltype(check_repeat<Depth, Body, X,
                                     decltype(body(std::declval<typename X::plain>()))>())::result {
    using result = decltype(body(std::declval<typename X::plain>()));
    if constexpr (any_refused<result>) {
      return result{};
    } else if constexpr (holds_refused<result>) {
      return refused_values<std::tuple_size_v<result>>();
    } else if constexpr (!is_tensor<result>) {
      return run(stack_name(prefix), at, body, x);
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
    using values = typename parts::values;
    using stacks = typename parts::stacks;
    if constexpr (!accepts_a_value<stack_check<Depth, Arg...>>) {
      return refused_values<refused_results<values>(layers{})>();
    } else {
      const auto all = std::tie(arg...);
      return [&]<class... X, class... S, std::size_t... L, std::size_t... V, std::size_t... I>(
                 types<X...>, types<S...>, std::index_sequence<L...>, std::index_sequence<V...>,
                 std::index_sequence<I...>) {
        const std::tuple<typename X::plain...> x{std::get<layers::count + V>(all)...};
        if constexpr (layers::count == 1)
          return stacked_loop<Depth>(
              std::get<0>(all), x,
              std::tuple<S...>{std::get<layers::count + values::count + I>(all)...}, name, at);
        else
          return as_returned(stack_of<Depth, layers, types<typename X::plain...>>::run(
              {std::get<L>(all)...}, x, name, at));
      }(values{}, stacks{}, std::make_index_sequence<layers::count>{},
             std::make_index_sequence<values::count>{}, std::make_index_sequence<stacks::count>{});
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
/// What a body leaves behind them, std::tuple(x, leave(z)), comes out as what all layers left, and
/// goes into another stack of that depth: auto [x, skips] = repeat<Depth>(prefix, body, x), then
/// repeat<Depth>(other, body, x, skips) or, its first layer with the last one's, reversed(skips).
template <class Depth>
inline constexpr detail::repeat_operation<Depth> repeat{};

}  // namespace tenon
