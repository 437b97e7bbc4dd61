// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What attention asks of queries, keys and values that come apart, and of the cache of their heads.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon::detail {

/// Dimensions behind batch and time that are not known at compile time.
template <class First, class... Rest>
consteval auto check_behind_time(dims<First, Rest...>) {
  if constexpr (!static_dimension<First>)
    return error::dimension_behind_time_must_be_known_at_compile_time<First>{};
  else if constexpr (sizeof...(Rest) == 0)
    return accepted<void>{};
  else
    return check_behind_time(dims<Rest...>{});
}

template <class X>
using behind_time_t = shape::trailing_t<shape_t<X>, rank_of<X> - 2>;

/// What queries and keys ask of each other, both of the right kind and rank; accepted<void>.
template <class D, class Q, class K>
consteval auto check_heads() {
  using q_heads = shape::leading_t<behind_time_t<Q>>;
  using k_heads = shape::leading_t<behind_time_t<K>>;
  using q_outer = shape::slice_t<shape_t<Q>, 0, 2>;
  using k_outer = shape::slice_t<shape_t<K>, 0, 2>;
  constexpr std::size_t place = shape::first_difference(q_outer{}, k_outer{});
  if constexpr (!std::is_same_v<shape::last_t<shape_t<Q>>, D>)
    return error::last_dimension_of_q_is_not_D<shape::last_t<shape_t<Q>>, D>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<K>>, D>)
    return error::last_dimension_of_k_is_not_D<shape::last_t<shape_t<K>>, D>{};
  else if constexpr (!is_accepted<decltype(check_behind_time(behind_time_t<Q>{}))>)
    return check_behind_time(behind_time_t<Q>{});
  else if constexpr (place < 2)
    return error::dimension_of_k_is_not_that_of_q<shape::at_t<k_outer, place>,
                                                  shape::at_t<q_outer, place>>{};
  else if constexpr (k_heads::rank > q_heads::rank)
    return error::heads_of_k_are_not_the_first_heads_of_q<k_heads, q_heads>{};
  else if constexpr (!std::is_same_v<shape::slice_t<q_heads, 0, k_heads::rank>, k_heads>)
    return error::heads_of_k_are_not_the_first_heads_of_q<k_heads, q_heads>{};
  else
    return accepted<void>{};
}

/// What queries, keys and cache ask of each other.
template <class D, class Q, class K, class Cache>
consteval auto check_heads_and_cache() {
  using heads = decltype(check_heads<D, Q, K>());
  using time = shape::at_t<shape_t<Q>, 1>;
  using context = shape::at_t<shape_t<Cache>, 1>;
  if constexpr (!is_accepted<heads>)
    return heads{};
  else if constexpr (rank_of<Cache> != rank_of<K>)
    return error::dimensions_of_the_cache_are_not_batch_context_and_those_of_k<shape_t<Cache>,
                                                                               shape_t<K>>{};
  else if constexpr (!std::is_same_v<behind_time_t<Cache>, behind_time_t<K>> ||
                     !std::is_same_v<shape::first_t<shape_t<Cache>>, shape::first_t<shape_t<K>>>)
    return error::dimensions_of_the_cache_are_not_batch_context_and_those_of_k<shape_t<Cache>,
                                                                               shape_t<K>>{};
  else if constexpr (time::max > context::max)
    return error::time_may_exceed_the_context_of_the_cache<time, context>{};
  else
    return accepted<typename tensor_of<element_t<Q>, shape_t<Q>>::type>{};
}

/// Whether queries, keys and values are of the right kinds and ranks; accepted<void>.
template <class Q, class K, class V>
consteval auto check_apart() {
  if constexpr (!is_tensor<Q>)
    return error::q_must_be_a_tensor<Q>{};
  else if constexpr (!is_tensor<K>)
    return error::k_must_be_a_tensor<K>{};
  else if constexpr (!is_tensor<V>)
    return error::v_must_be_a_tensor<V>{};
  else if constexpr (!floating_element<element_t<Q>>)
    return error::x_must_hold_floats_but_holds<element_t<Q>>{};
  else if constexpr (!std::is_same_v<element_t<Q>, element_t<K>>)
    return error::element_types_differ<element_t<Q>, element_t<K>>{};
  else if constexpr (!std::is_same_v<element_t<K>, element_t<V>>)
    return error::element_types_differ<element_t<K>, element_t<V>>{};
  else if constexpr (rank_of<Q> < 3)
    return error::q_must_have_dimensions_batch_time_and_D<shape_t<Q>>{};
  else if constexpr (rank_of<K> < 3)
    return error::k_must_have_dimensions_batch_time_and_D<shape_t<K>>{};
  else if constexpr (!std::is_same_v<shape_t<V>, shape_t<K>>)
    return error::dimensions_of_v_are_not_those_of_k<shape_t<V>, shape_t<K>>{};
  else
    return accepted<void>{};
}

template <class D, class Q, class K, class V, class Cache>
consteval auto check_attention_apart() {
  using operands = decltype(check_operands<Q, K, V, Cache>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_accepted<decltype(check_apart<Q, K, V>())>)
    return check_apart<Q, K, V>();
  else if constexpr (!is_cache<Cache>)
    return error::cache_must_be_a_kv_cache<Cache>{};
  else if constexpr (!std::is_same_v<element_t<Q>, element_t<Cache>> &&
                     !std::is_same_v<element_t<Q>, computed_t<element_t<Cache>>>)
    return error::element_types_differ<element_t<Q>, element_t<Cache>>{};
  else
    return check_heads_and_cache<D, Q, K, Cache>();
}

}  // namespace tenon::detail
