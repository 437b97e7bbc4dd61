// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a repeat asks of its layers and of what they are handed.
#pragma once
#include <tuple>
#include <utility>

#include "tenon/ops/layer_stacks.hpp"
#include "tenon/ops/regions.hpp"

namespace tenon::detail {

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

/// Of what a layer returns that is handed on X...: whether that is what the next one is handed, and
/// what it leaves can be a stack. Accepts what the repeat returns.
template <class Depth, bool FromLast, class Layer, class Result, class... X>
consteval auto check_returned(types<X...>) {
  using whole = returns<types<X...>, Result>;
  if constexpr (std::is_void_v<Result>)
    return error::body_returns_nothing<Layer>{};
  else if constexpr (holds_refused<Result>)
    return accepted<refused_value>{};
  else if constexpr (std::is_same_v<Result, typename returned<X...>::type>)
    return accepted<Result>{};
  else if constexpr (!whole::fits && sizeof...(X) == 1)
    return error::body_must_return_the_type_that_it_takes<Result, X...>{};
  else if constexpr (!whole::fits)
    return error::layer_must_return_a_std_tuple_of_the_types_that_it_takes<Result, X...>{};
  else {
    using lefts = typename whole::lefts;
    using stacks = decltype(check_lefts<Depth>(lefts{}));
    if constexpr (!is_accepted<stacks>)
      return stacks{};
    else
      return accepted<typename repeated<Depth, FromLast, types<X...>, lefts>::type>{};
  }
}

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
  else if constexpr (std::is_same_v<Result, typename X::plain>)
    return accepted<Result>{};
  else if constexpr (holds_refused<Result> && !any_refused<Result>)
    return accepted<decltype(refused_values<std::tuple_size_v<Result>>())>{};
  else
    return check_returned<Depth, false, Body, Result>(types<typename X::plain>{});
}

template <class X>
concept is_layer = std::is_class_v<X> && !is_tensor<X> && !is_param<X> && !is_state<X> &&
                   !is_layer_stack<X> && !any_refused<X>;

/// The arguments of `repeat` in three: the layers that come first, the values that they hand on,
/// and the stacks that they take from.
template <class Layers, class Values, class Stacks, class... Arg>
struct parted {
  using layers = Layers;
  using values = Values;
  using stacks = Stacks;
};
template <class... L, class... V, class... S, class First, class... Rest>
struct parted<types<L...>, types<V...>, types<S...>, First, Rest...>
    : std::conditional_t<
          is_layer<First> && sizeof...(V) + sizeof...(S) == 0,
          parted<types<L..., First>, types<>, types<>, Rest...>,
          std::conditional_t<is_layer_stack<First> || (sizeof...(S) > 0),
                             parted<types<L...>, types<V...>, types<S..., First>, Rest...>,
                             parted<types<L...>, types<V..., First>, types<S...>, Rest...>>> {};
template <class... Arg>
using parts_of = parted<types<>, types<>, types<>, Arg...>;

/// Of what goes from layer to layer: tensors of floats.
template <class First, class... Rest>
consteval auto check_carried() {
  using verdict = decltype(check_scale<First>());
  if constexpr (!is_accepted<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_carried<Rest...>();
}

/// X: what the layer hands on; S: what it takes from stacks.
template <class Depth, bool FromLast, class Layer, class... X, class... S>
consteval auto check_turn(types<X...> carried, types<S...>) {
  if constexpr (!requires(const Layer layer, X... x, S... s) { layer(x..., s...); })
    return error::layer_does_not_take<Layer, X..., S...>{};
  else
    return check_returned<Depth, FromLast, Layer,
                          decltype(std::declval<const Layer&>()(std::declval<X>()...,
                                                                std::declval<S>()...))>(carried);
}

template <class Depth, class First, class... Rest, class... X>
consteval auto check_turns(types<First, Rest...>, types<X...> carried) {
  using verdict = decltype(check_turn<Depth, false, First>(carried, types<>{}));
  if constexpr (!accepts_a_value<verdict>)
    return verdict{};
  else if constexpr (!std::is_same_v<verdict, accepted<typename returned<X...>::type>>)
    return error::layers_that_take_turns_have_no_stacks_so_give_each_a_repeat_of_its_own<First>{};
  else if constexpr (sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_turns<Depth>(types<Rest...>{}, carried);
}

/// That stacks have the depth of the loop and one order.
template <class Depth, class First, class... S>
consteval auto check_stacks() {
  if constexpr (!is_layer_stack<First>)
    return error::tensors_come_before_stacks<First>{};
  else if constexpr (!std::is_same_v<typename First::depth, Depth>)
    return error::stack_is_of_another_depth<typename First::depth, Depth>{};
  else if constexpr (sizeof...(S) == 0)
    return accepted<void>{};
  else {
    using others = decltype(check_stacks<Depth, S...>());
    if constexpr (!is_accepted<others>)
      return others{};
    else if constexpr (((S::from_last != First::from_last) || ...))
      return error::stacks_are_in_two_orders<Depth>{};
    else
      return others{};
  }
}

template <class... S>
inline constexpr bool from_last_of = (false || ... || S::from_last);

template <class Depth, class... Layer, class... X, class... S>
consteval auto check_stack(types<Layer...> layers, types<X...>, types<S...>) {
  if constexpr (any_refused<X...>)
    return accepted<refused_value>{};
  else if constexpr (!is_accepted<decltype(check_dimension<Depth>())>)
    return check_dimension<Depth>();
  else if constexpr (!static_dimension<Depth>)
    return error::depth_must_be_a_dimension_known_at_compile_time<Depth>{};
  else if constexpr (sizeof...(Layer) == 0 || sizeof...(X) == 0)
    return error::repeat_needs_a_layer_and_a_tensor<Depth>{};
  else if constexpr (sizeof...(Layer) + sizeof...(X) + sizeof...(S) > 10)
    return error::repeat_has_at_most_10_layers_and_values<sizeof...(Layer) + sizeof...(X) +
                                                          sizeof...(S)>{};
  else {
    using carried = decltype(check_carried<X...>());
    if constexpr (!is_accepted<carried>) {
      return carried{};
    } else if constexpr (sizeof...(Layer) > 1 && sizeof...(S) > 0) {
      return error::layers_that_take_turns_have_no_stacks_so_give_each_a_repeat_of_its_own<Depth>{};
    } else if constexpr (sizeof...(Layer) > 1) {
      return check_turns<Depth>(layers, types<typename X::plain...>{});
    } else if constexpr (sizeof...(S) == 0) {
      return check_turn<Depth, false, Layer...>(types<typename X::plain...>{}, types<>{});
    } else {
      using stacks = decltype(check_stacks<Depth, S...>());
      if constexpr (!is_accepted<stacks>)
        return stacks{};
      else
        return check_turn<Depth, from_last_of<S...>, Layer...>(
            types<typename X::plain...>{}, types<typename S::stack_element...>{});
    }
  }
}

template <class Depth, class... Arg>
using stack_check = decltype(check_stack<Depth>(typename parts_of<Arg...>::layers{},
                                                typename parts_of<Arg...>::values{},
                                                typename parts_of<Arg...>::stacks{}));

}  // namespace tenon::detail
