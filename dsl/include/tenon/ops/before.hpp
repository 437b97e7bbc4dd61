// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of earlier tokens, in this call or in one before it: token shift, short convolutions.
#pragma once
#include <tuple>

#include "tenon/ops/heads.hpp"
#include "tenon/ops/repeat_checks.hpp"

namespace tenon {
namespace detail {

/// What x and the state ask of each other, both of the right kind and rank.
template <bool CountsFrom0, class X, class Kept>
consteval auto check_kept_rows() {
  using time = shape::at_t<shape_t<X>, 1>;
  using context = shape::at_t<shape_t<Kept>, 1>;
  constexpr bool fits = std::is_same_v<behind_time_t<Kept>, behind_time_t<X>> &&
                        std::is_same_v<shape::first_t<shape_t<Kept>>, shape::first_t<shape_t<X>>>;
  if constexpr (!fits)
    return error::dimensions_of_the_kept_are_not_batch_context_and_those_of_x<shape_t<Kept>,
                                                                              shape_t<X>>{};
  else if constexpr (!std::is_same_v<element_t<Kept>, element_t<X>>)
    return error::element_types_differ<element_t<Kept>, element_t<X>>{};
  else if constexpr (time::max > context::max)
    return error::time_may_exceed_the_context_of_the_cache<time, context>{};
  else if constexpr (CountsFrom0)
    return error::before_counts_from_1{};
  else
    return accepted<typename X::plain>{};
}

template <bool CountsFrom0, class X, class Kept>
consteval auto check_before() {
  using operands = decltype(check_operands<X, Kept>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (rank_of<X> < 3)
    return error::x_must_have_dimensions_batch_time_and_more<shape_t<X>>{};
  else if constexpr (!is_kept<Kept>)
    return error::rows_of_earlier_tokens_need_a_kept<Kept>{};
  else
    return check_kept_rows<CountsFrom0, X, Kept>();
}

template <std::uint32_t... K>
struct refused_before {
  static constexpr bool counts_from_0 = (... || (K == 0));

  template <class X, class Kept, class Error = decltype(check_before<counts_from_0, X, Kept>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "before<K...>(x, kept): needs floats x (B, T, ...) and a kept (B, context, ...), K from 1 on")
  constexpr decltype(refused_values<sizeof...(K)>())
  operator()(X, Kept, where = where::here()) const {
    return refused_values<sizeof...(K)>();
  }
};

template <std::uint32_t... K>
struct before_operation : refused_before<K...> {
  using refused_before<K...>::counts_from_0;
  using refused_before<K...>::operator();

  template <class X, class Kept, class Check = decltype(check_before<counts_from_0, X, Kept>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Kept state, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>) {
      return refused_values<sizeof...(K)>();
    } else {
      graph::builder& graph = *x.ref().graph;
      const placed<Kept> word{&graph, operand_word(graph, state, at)};
      const auto one = [&](std::uint32_t k) {
        return emit<result>(graph::op::before, at, attribute(k), x, word);
      };
      if constexpr (sizeof...(K) == 1)
        return one(K...);
      else
        return std::tuple{one(K)...};
    }
  }
};

}  // namespace detail

/// before<K>(x, kept): at each position the row that x has K positions before it, 0 where the text
/// has none. So `before<1>(x, kept)` is the row of the previous token.
/// before<K1, K2, ...>(x, kept): several of them, as a std::tuple: `auto [x1, x2] = before<1, 2>(x,
/// kept)`. They have the state together.
///   x (B, T, ...) of floats; all behind T known at compile time; kept (B, context, what x has
///   behind T), of the element type of x -> shape of x, each. The state belongs to this call alone;
///   T never exceeds the context. What stands before the first token is said by
///   `choose(along<seq>(x) < 1, first, before<1>(x, kept))`. Source: the token shift of RWKV (Peng
///   et al. 2023, section 3.1).
template <std::uint32_t K, std::uint32_t... More>
inline constexpr detail::before_operation<K, More...> before{};

}  // namespace tenon
