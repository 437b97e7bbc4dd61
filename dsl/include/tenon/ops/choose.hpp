// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Comparisons, and the choice between two values by them. A condition is no value of the graph: it
// is what choose reads.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon {
namespace detail {

// x < y or x <= y, and what is made of such by &&, || and !.
template <graph::scalar Kind, class T, class X, class Y>
struct comparison;
template <class L, class R>
struct both;
template <class L, class R>
struct either;
template <class C>
struct opposite;

// By name: g++ 12 asks before their definitions end, and remembers the answer.
template <class X>
inline constexpr bool is_condition_type = false;
template <graph::scalar Kind, class T, class X, class Y>
inline constexpr bool is_condition_type<comparison<Kind, T, X, Y>> = true;
template <class L, class R>
inline constexpr bool is_condition_type<both<L, R>> = true;
template <class L, class R>
inline constexpr bool is_condition_type<either<L, R>> = true;
template <class C>
inline constexpr bool is_condition_type<opposite<C>> = true;

template <class X>
concept is_condition = is_condition_type<X>;

template <class C, class X, class Y>
consteval auto check_choice();

template <class C, class X, class Y>
struct refused_choice {
  template <class Z, class Error = decltype(check_choice<C, X, Y>())>
    requires __is_same
  (Z, C) TENON_REFUSES(
      "choose(condition, x, y): one operand, compared or chosen, must have all dimensions of the "
      "others, in one order") constexpr refused_choice(const Z&) {}
};

/// What all conditions are, in arithmetic only so that it refuses them. Self has a member
/// `element`, the element type of what it compares, and knows the graph.
template <class Self>
struct condition : arithmetic<Self> {
  using shape = dims<>;

  template <class X, class Y>
    requires(!is_accepted<decltype(check_choice<Self, X, Y>())>)
  friend constexpr refused_value choose(std::type_identity_t<refused_choice<Self, X, Y>>, X, Y) {
    return {};
  }
};

template <graph::scalar Kind, class T, class X, class Y>
struct comparison : condition<comparison<Kind, T, X, Y>> {
  using element = T;
  placed<X> x;
  placed<Y> y;

  constexpr comparison(placed<X> left, placed<Y> right) : x(left), y(right) {}
  constexpr graph::builder& builder() const { return *x.graph; }
};

template <class L, class R>
struct both : condition<both<L, R>> {
  using element = typename L::element;
  L left;
  R right;

  constexpr both(L x, R y) : left(x), right(y) {}
  constexpr graph::builder& builder() const { return left.builder(); }
};

template <class L, class R>
struct either : condition<either<L, R>> {
  using element = typename L::element;
  L left;
  R right;

  constexpr either(L x, R y) : left(x), right(y) {}
  constexpr graph::builder& builder() const { return left.builder(); }
};

template <class C>
struct opposite : condition<opposite<C>> {
  using element = typename C::element;
  C of;

  constexpr explicit opposite(C x) : of(x) {}
  constexpr graph::builder& builder() const { return of.builder(); }
};

template <class X, class Y>
consteval auto check_comparison() {
  using pair = decltype(check_pair<X, Y>());
  if constexpr (settles<pair>)
    return pair{};
  else
    return accepted<Y>{};
}

template <class X>
consteval auto check_condition() {
  if constexpr (is_condition<X>)
    return accepted<X>{};
  else
    return error::choose_needs_a_condition_as_in_choose_x_less_than_y<X>{};
}

template <class T, class X>
constexpr placed<X> place(graph::builder& graph, const X& x, where at) {
  return {&graph, operand_word(graph, as_operand<T>(x), at)};
}

/// The element type of the two of which one is a number perhaps.
template <class X, class Y>
consteval auto element_of_either() {
  if constexpr (number<X>)
    return element_t<Y>{};
  else
    return element_t<X>{};
}

template <graph::scalar Kind, bool Swapped, class X, class Y>
constexpr auto emit_comparison(const X& x, const Y& y, where at) {
  if constexpr (any_refused<X, Y>) {
    return refused_value{};
  } else {
    using T = decltype(element_of_either<X, Y>());
    graph::builder& graph = *graph_of(x, y);
    const placed<X> left = place<T>(graph, x, at);
    const placed<Y> right = place<T>(graph, y, at);
    if constexpr (Swapped)
      return comparison<Kind, T, Y, X>(right, left);
    else
      return comparison<Kind, T, X, Y>(left, right);
  }
}

/// The first of the tensors with the most dimensions.
template <class Found, class... Rest>
struct widest {
  using type = Found;
};
template <class Found, class X, class... Rest>
struct widest<Found, X, Rest...> : widest<Found, Rest...> {};
template <class Found, is_tensor X, class... Rest>
struct widest<Found, X, Rest...>
    : widest<std::conditional_t<(rank_of<X> > rank_of<Found>), X, Found>, Rest...> {};
template <is_tensor X, class... Rest>
struct widest<void, X, Rest...> : widest<X, Rest...> {};

/// Whether an operand can be repeated over what the widest one has.
template <class Widest, class X>
consteval auto check_within() {
  if constexpr (number<X>)
    return accepted<void>{};
  else if constexpr (is_param<X> && rank_of<X> > rank_of<Widest>)
    return error::a_param_has_more_dimensions_than_the_tensor<shape_t<Widest>, shape_t<X>>{};
  else
    return check_repeated<Widest, X>();
}

template <class Widest, class First, class... Rest>
consteval auto check_all_within() {
  using verdict = decltype(check_within<Widest, First>());
  if constexpr (!is_accepted<verdict>)
    return verdict{};
  else if constexpr (sizeof...(Rest) == 0)
    return accepted<typename Widest::plain>{};
  else
    return check_all_within<Widest, Rest...>();
}

// Of x or y, each of the right kind, by a condition; what is behind the first one is nested in it.
template <class X, class Y>
struct choice {
  template <graph::scalar Kind, class T, class A, class B>
  static consteval auto check(const comparison<Kind, T, A, B>*) {
    return check_all_within<typename widest<void, A, B, X, Y>::type, A, B, X, Y>();
  }
  template <class L, class R>
  static consteval auto check(const both<L, R>*) {
    using inner = decltype(check(static_cast<R*>(nullptr)));
    if constexpr (!std::is_same_v<typename L::element, typename R::element>)
      return error::element_types_differ<typename R::element, typename L::element>{};
    else if constexpr (is_accepted<inner>)
      return choice<typename inner::result, Y>::check(static_cast<L*>(nullptr));
    else
      return inner{};
  }
  template <class L, class R>
  static consteval auto check(const either<L, R>*) {
    using inner = decltype(check(static_cast<R*>(nullptr)));
    if constexpr (!std::is_same_v<typename L::element, typename R::element>)
      return error::element_types_differ<typename R::element, typename L::element>{};
    else if constexpr (is_accepted<inner>)
      return choice<X, typename inner::result>::check(static_cast<L*>(nullptr));
    else
      return inner{};
  }
  template <class C>
  static consteval auto check(const opposite<C>*) {
    return choice<Y, X>::check(static_cast<C*>(nullptr));
  }

  template <class C>
  using result = typename decltype(check(static_cast<C*>(nullptr)))::result;

  template <graph::scalar Kind, class T, class A, class B>
  static constexpr auto emit(const comparison<Kind, T, A, B>& of, placed<X> x, placed<Y> y,
                             where at) {
    using made = result<comparison<Kind, T, A, B>>;
    constexpr auto kind = static_cast<std::uint32_t>(Kind);
    return detail::emit<made>(graph::op::elementwise, at, attribute(kind), of.x, of.y, x, y);
  }
  template <class L, class R>
  static constexpr auto emit(const both<L, R>& of, placed<X> x, placed<Y> y, where at) {
    const auto inner = emit(of.right, x, y, at);
    using made = std::remove_const_t<decltype(inner)>;
    return choice<made, Y>::emit(of.left, place<typename L::element>(*y.graph, inner, at), y, at);
  }
  template <class L, class R>
  static constexpr auto emit(const either<L, R>& of, placed<X> x, placed<Y> y, where at) {
    const auto inner = emit(of.right, x, y, at);
    using made = std::remove_const_t<decltype(inner)>;
    return choice<X, made>::emit(of.left, x, place<typename L::element>(*x.graph, inner, at), at);
  }
  template <class C>
  static constexpr auto emit(const opposite<C>& of, placed<X> x, placed<Y> y, where at) {
    return choice<Y, X>::emit(of.of, y, x, at);
  }
};

/// Whether x can be chosen by a condition on elements of type T.
template <class T, class X>
consteval auto check_chosen() {
  if constexpr (!is_operand<X>)
    return error::what_is_chosen_must_be_a_tensor_a_param_or_a_number<X>{};
  else if constexpr (number<X>)
    return accepted<void>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (!std::is_same_v<element_t<X>, T>)
    return error::element_types_differ<element_t<X>, T>{};
  else if constexpr (is_param<X> && rank_of<X> == 0)
    return error::a_param_must_have_a_dimension<X>{};
  else
    return accepted<void>{};
}

template <class C, class X, class Y>
consteval auto check_choice() {
  using operands = decltype(check_operands<C, X, Y>());
  if constexpr (settles<operands>)
    return operands{};
  else {
    using x = decltype(check_chosen<typename C::element, X>());
    using y = decltype(check_chosen<typename C::element, Y>());
    if constexpr (!is_accepted<x>)
      return x{};
    else if constexpr (!is_accepted<y>)
      return y{};
    else
      return choice<X, Y>::check(static_cast<C*>(nullptr));
  }
}

/// choose(true, x, y), where the condition is one of C++.
struct refused_flag {
  template <number Z, class Error = error::choose_needs_a_condition_as_in_choose_x_less_than_y<Z>>
  TENON_REFUSES("choose(condition, x, y): needs a condition")
  constexpr refused_flag(Z) {}
};

/// Whether x has all dimensions of y, in the same order.
template <class Y, class X>
consteval auto check_expanded() {
  using pair = decltype(check_pair<X, Y>());
  if constexpr (!accepts_a_value<pair>)
    return pair{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!is_accepted<decltype(check_within<X, Y>())>)
    return check_within<X, Y>();
  else
    return accepted<typename X::plain>{};
}

struct refused_expand {
  template <class Y, class X, class Error = decltype(check_expanded<Y, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("expand_as(y, x): x must have all dimensions of y, in the same order")
  constexpr refused_value operator()(Y, X, where = where::here()) const {
    return {};
  }
};

struct expand_operation : refused_expand {
  using refused_expand::operator();

  template <class Y, class X, class Check = decltype(check_expanded<Y, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(Y y, X x, where at = where::here()) const {
    if constexpr (any_refused<Y, X>) {
      return refused_value{};
    } else {
      // Nothing is less than itself, NaN neither.
      const auto never = emit_comparison<graph::scalar::select_less, false>(x, x, at);
      graph::builder& graph = never.builder();
      const placed<X> other = place<element_t<X>>(graph, x, at);
      return choice<X, Y>::emit(never, other, place<element_t<X>>(graph, y, at), at);
    }
  }
};

template <is_condition L, is_condition R>
constexpr auto operator&&(L left, R right) {
  return both<L, R>(left, right);
}
template <is_condition L, is_condition R>
constexpr auto operator||(L left, R right) {
  return either<L, R>(left, right);
}
template <is_condition C>
constexpr auto operator!(C of) {
  return opposite<C>(of);
}

}  // namespace detail

/// choose(condition, x, y), for each element: x where the condition holds, else y. A condition is
/// a < b, a <= b, a > b or a >= b, or made of such ones by &&, || and !.
///   a, b, x, y: tensors, params or numbers of one float type, one of them a tensor that has all
///   dimensions of the others, in the same order -> its shape. As in C++ no comparison with NaN
///   holds. A gradient goes to what was chosen; a condition has none.
template <detail::is_condition C, class X, class Y>
  requires is_accepted<decltype(detail::check_choice<C, X, Y>())>
constexpr auto choose(C condition, X x, Y y, where at = where::here()) {
  if constexpr (any_refused<X, Y>) {
    return refused_value{};
  } else {
    using T = typename C::element;
    graph::builder& graph = condition.builder();
    const detail::placed<X> first = detail::place<T>(graph, x, at);
    const detail::placed<Y> second = detail::place<T>(graph, y, at);
    return detail::choice<X, Y>::emit(condition, first, second, at);
  }
}

/// expand_as(y, x): y repeated over the dimensions that only x has -> shape of x. So two operands
/// of which neither has all dimensions of the other meet: expand_as(y, x) * z.
///   x: a tensor; y: a tensor, param or number of its float type, whose dimensions x has, in the
///   same order. What x holds does not matter.
inline constexpr detail::expand_operation expand_as{};

// Mistakes; what follows from one is refused without a word.
template <class X, class Y>
constexpr refused_value choose(detail::refused_flag, X, Y) {
  return {};
}
template <class X, class Y>
constexpr refused_value choose(refused_value, X, Y) {
  return {};
}
template <class R>
constexpr refused_value operator&&(refused_value, R) {
  return {};
}
template <detail::is_condition L>
constexpr refused_value operator&&(L, refused_value) {
  return {};
}
template <class R>
constexpr refused_value operator||(refused_value, R) {
  return {};
}
template <detail::is_condition L>
constexpr refused_value operator||(L, refused_value) {
  return {};
}
constexpr refused_value operator!(refused_value) { return {}; }

}  // namespace tenon
