// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What layers of one stack leave for those of another, as the first half of a U-net does for its
// second half.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {

/// What a layer leaves: leave(x), behind the values in what it returns.
template <class X>
struct left {
  X value;
};

/// What all layers left, one each; layers of another stack of that depth take it.
///   FromLast: whether the first layer of that stack takes what the last one left.
template <class Depth, class X, bool FromLast>
class layer_stack {
 public:
  using stack_element = X;
  using depth = Depth;
  static constexpr bool from_last = FromLast;

  constexpr explicit layer_stack(detail::value_ref ref) : ref_(ref) {}
  constexpr detail::value_ref ref() const { return ref_; }

 private:
  detail::value_ref ref_;
};

template <class X>
concept is_layer_stack = requires { typename X::stack_element; };

namespace detail {

struct refused_leave {
  template <class X, class Error = decltype(check_scale<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("leave: needs a tensor of floats")
  constexpr refused_value operator()(X) const {
    return {};
  }
};
struct leave_operation : refused_leave {
  using refused_leave::operator();
  template <class X, class Check = decltype(check_scale<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x) const {
    if constexpr (any_refused<X>)
      return refused_value{};
    else
      return left<typename X::plain>{x};
  }
};

struct refused_reversed {
  template <class X, class Error = error::reversed_needs_what_layers_left<X>>
    requires(!is_layer_stack<X> && !any_refused<X>)
  TENON_REFUSES("reversed: needs what the layers of a repeat left")
  constexpr refused_value operator()(X) const {
    return {};
  }
};
struct reversed_operation : refused_reversed {
  using refused_reversed::operator();
  template <is_layer_stack S>
  constexpr auto operator()(S stack) const {
    return layer_stack<typename S::depth, typename S::stack_element, !S::from_last>(stack.ref());
  }
  constexpr refused_value operator()(refused_value) const { return {}; }
};

template <class... T>
struct types {
  static constexpr std::size_t count = sizeof...(T);
};

/// Whether a layer that takes X... returns them, then what it leaves; and the types of that.
template <class Carried, class Returned>
struct returns {
  static constexpr bool fits = false;
  using lefts = types<>;
};
template <class X, class... More, class... Rest>
struct returns<types<X, More...>, types<X, Rest...>> : returns<types<More...>, types<Rest...>> {};
template <class... Y>
struct returns<types<>, types<left<Y>...>> {
  static constexpr bool fits = true;
  using lefts = types<Y...>;
};
template <class X, class... E>
struct returns<X, std::tuple<E...>> : returns<X, types<E...>> {};

template <class Depth, class X>
struct stacked;
template <class Depth, class T, class... D>
struct stacked<Depth, tensor<T, D...>> {
  using type = tensor<T, Depth, D...>;
};

/// What a repeat of these results: the carried values, then the stacks.
template <class Depth, bool FromLast, class Carried, class Lefts>
struct repeated;
template <class Depth, bool FromLast, class... X, class... Y>
struct repeated<Depth, FromLast, types<X...>, types<Y...>> {
  using type = std::tuple<X..., layer_stack<Depth, Y, FromLast>...>;
};
template <class Depth, bool FromLast, class X>
struct repeated<Depth, FromLast, types<X>, types<>> {
  using type = X;
};

/// That stacks of what the layers leave are tensors with room for the depth.
template <class Depth, class... Y>
consteval auto check_lefts(types<Y...>) {
  if constexpr (sizeof...(Y) == 0)
    return accepted<void>{};
  else
    return check_operands<typename stacked<Depth, Y>::type...>();
}

}  // namespace detail

/// leave(x): in what a layer of a repeat returns, std::tuple(x, leave(y)): y is left for layers of
/// another stack. The repeat returns what all of its layers left behind the values.
///   x: a tensor of floats, with at most 7 dimensions.
inline constexpr detail::leave_operation leave{};

/// reversed(skips): what layers left, so that the first layer of a stack takes what the last one
/// left.
inline constexpr detail::reversed_operation reversed{};

}  // namespace tenon
