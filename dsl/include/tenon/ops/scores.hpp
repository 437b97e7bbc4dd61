// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention with a function of its scores, which is traced between two nodes and becomes a part of
// the kernel; and attention in both directions.
#pragma once
#include "tenon/core/initialiser.hpp"
#include "tenon/ops/heads.hpp"
#include "tenon/ops/regions.hpp"

namespace tenon {

/// 1 / sqrt(D), the usual factor of scores of D channels.
template <static_dimension D>
inline constexpr double attention_scale = 1 / detail::square_root(D::max);

namespace detail {

/// What a function of scores gets: the dimensions of q with J, that of the keys, in place of D.
/// Check: of the other operands; refused_value where they do not fit.
template <class Check, class Q, class J>
struct scores_of {
  using type = refused_value;
};
template <class Check, class Q, class J>
  requires accepts_a_value<Check>
struct scores_of<Check, Q, J> {
  using type = replace_last_t<Q, J>;
};

/// Made: what the function returns of such scores.
template <class J, class Q, class F, class Made>
consteval auto check_score_function() {
  using scores = replace_last_t<Q, J>;
  using queries = shape::leading_t<shape_t<Q>>;
  if constexpr (shape::has<J>(queries{}))
    return error::dimension_of_keys_is_one_of_the_queries_too<J, queries>{};
  else if constexpr (std::is_same_v<Made, not_called>)
    return error::function_does_not_take<F, scores>{};
  else if constexpr (std::is_void_v<Made>)
    return error::function_returns_nothing<F>{};
  else if constexpr (any_refused<Made>)
    return accepted<refused_value>{};
  else if constexpr (!is_tensor<Made>)
    return error::function_must_return_what_has_the_type_of_the_scores<Made, scores>{};
  else if constexpr (!std::is_same_v<typename Made::plain, scores>)
    return error::function_must_return_what_has_the_type_of_the_scores<typename Made::plain,
                                                                       scores>{};
  else
    return accepted<typename Q::plain>{};
}

template <class Result, class Scores, class F, class... Operands>
constexpr auto emit_scored(where at, const F& function, const Operands&... operands) {
  if constexpr (any_refused<Result>) {
    return refused_value{};
  } else {
    graph::builder& graph = *graph_of(operands...);
    const auto scores = emit<Scores>(graph::op::scores, at, {}, operands...);
    graph.begin_scores(at);
    const auto made = function(scores);
    graph.end_scores();
    return emit<Result>(graph::op::attend, at, {}, made);
  }
}

// Causal, with a cache: the keys' dimension is its context.

template <class Check, class Q, class Cache>
struct cached_scores {
  using type = refused_value;
};
template <class Check, class Q, class Cache>
  requires accepts_a_value<Check>
struct cached_scores<Check, Q, Cache> : scores_of<Check, Q, shape::at_t<shape_t<Cache>, 1>> {};

template <class D, class Q, class K, class V, class Cache>
using scores_t =
    typename cached_scores<decltype(check_attention_apart<D, Q, K, V, Cache>()), Q, Cache>::type;

template <class D, class Q, class K, class V, class Cache, class F, class Made>
consteval auto check_scored() {
  using apart = decltype(check_attention_apart<D, Q, K, V, Cache>());
  if constexpr (!accepts_a_value<apart>)
    return apart{};
  else
    return check_score_function<shape::at_t<shape_t<Cache>, 1>, Q, F, Made>();
}

// What the function returns is asked in the signatures, as repeat does.
template <class D>
struct refused_scored {
  template <
      class Q, class K, class V, class Cache, class F,
      class Error = decltype(check_scored<D, Q, K, V, Cache, F,
                                          decltype(std::declval<const F&>()(
                                              std::declval<scores_t<D, Q, K, V, Cache>>()))>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "attention<D>(q, k, v, cache, f): f must return what has the type of the scores that it gets")
  constexpr refused_value
  operator()(Q, K, V, Cache, F, where = where::here()) const {
    return {};
  }
  template <class Q, class K, class V, class Cache, class F,
            class Error = decltype(check_scored<D, Q, K, V, Cache, F, not_called>())>
    requires(!is_accepted<Error> && !requires(const F f, scores_t<D, Q, K, V, Cache> s) { f(s); })
  TENON_REFUSES("attention<D>(q, k, v, cache, f): needs queries, keys, values, a cache and an f")
  constexpr refused_value operator()(Q, K, V, Cache, F, where = where::here()) const {
    return {};
  }
};

// In both directions: each query sees all keys, whose dimension J has a name of its own.

template <class D, class J, class Q, class K, class V>
consteval auto check_both_directions() {
  using operands = decltype(check_operands<Q, K, V>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_accepted<decltype(check_dimension<J>())>)
    return check_dimension<J>();
  else if constexpr (!is_accepted<decltype(check_apart<Q, K, V>())>)
    return check_apart<Q, K, V>();
  else if constexpr (!is_accepted<decltype(check_heads<D, Q, K>())>)
    return check_heads<D, Q, K>();
  else {
    using time = shape::at_t<shape_t<Q>, 1>;
    if constexpr (J::min != time::min || J::max != time::max)
      return error::bounds_of_the_dimension_of_keys_are_not_those_of_time<J, time>{};
    else
      return accepted<typename Q::plain>{};
  }
}

template <class D, class J, class Q, class K, class V>
using all_scores_t =
    typename scores_of<decltype(check_both_directions<D, J, Q, K, V>()), Q, J>::type;

template <class D, class J, class Q, class K, class V, class F, class Made>
consteval auto check_scored_both_directions() {
  using operands = decltype(check_both_directions<D, J, Q, K, V>());
  if constexpr (!accepts_a_value<operands>)
    return operands{};
  else
    return check_score_function<J, Q, F, Made>();
}

template <class D, class J>
struct refused_both_directions {
  template <class Q, class K, class V,
            class Error = decltype(check_both_directions<D, J, Q, K, V>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "attention<D, J>: needs q (B, T, heads..., D), k and v (B, T, the first of these heads..., "
      "D), and J with the bounds of T")
  constexpr refused_value
  operator()(Q, K, V, where = where::here()) const {
    return {};
  }
  template <class Q, class K, class V, class F,
            class Error = decltype(check_scored_both_directions<
                                   D, J, Q, K, V, F,
                                   decltype(std::declval<const F&>()(
                                       std::declval<all_scores_t<D, J, Q, K, V>>()))>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "attention<D, J>(q, k, v, f): f must return what has the type of the scores that it gets")
  constexpr refused_value
  operator()(Q, K, V, F, where = where::here()) const {
    return {};
  }
  template <class Q, class K, class V, class F,
            class Error = decltype(check_scored_both_directions<D, J, Q, K, V, F, not_called>())>
    requires(!is_accepted<Error> && !__is_same(F, where) &&
             !requires(const F f, all_scores_t<D, J, Q, K, V> s) { f(s); })
  TENON_REFUSES("attention<D, J>(q, k, v, f): needs queries, keys, values and an f")
  constexpr refused_value operator()(Q, K, V, F, where = where::here()) const {
    return {};
  }
};

template <class D, class J>
struct both_directions_operation : refused_both_directions<D, J> {
  template <class Q, class K, class V,
            class Check = decltype(check_both_directions<D, J, Q, K, V>())>
    requires is_accepted<Check>
  constexpr auto operator()(Q q, K k, V v, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::grouped_attention, at, {}, q, k, v);
  }
  template <class Q, class K, class V, class F>
  constexpr auto operator()(Q q, K k, V v, F f, where at = where::here()) const ->
      typename decltype(check_scored_both_directions<
                        D, J, Q, K, V, F,
                        decltype(f(std::declval<all_scores_t<D, J, Q, K, V>>()))>())::result {
    using scores = all_scores_t<D, J, Q, K, V>;
    using check = decltype(check_scored_both_directions<D, J, Q, K, V, F,
                                                        decltype(f(std::declval<scores>()))>());
    return emit_scored<typename check::result, scores>(at, f, q, k, v);
  }
  using refused_both_directions<D, J>::operator();
};

}  // namespace detail
}  // namespace tenon
