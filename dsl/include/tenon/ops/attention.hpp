// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Causal self-attention over what the cache holds and the new tokens: of queries, keys and values
// apart, and of GPT-2's packed ones.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

template <class Heads, class Qkv, class Cache>
consteval auto check_attention() {
  using operands = decltype(check_operands<Qkv, Cache>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<Qkv>)
    return error::x_must_be_a_tensor<Qkv>{};
  else if constexpr (!floating_element<element_t<Qkv>>)
    return error::x_must_hold_floats_but_holds<element_t<Qkv>>{};
  else if constexpr (rank_of<Qkv> != 3)
    return error::qkv_must_have_3_dimensions_batch_time_and_3C<Qkv>{};
  else if constexpr (!is_cache<Cache>)
    return error::cache_must_be_a_kv_cache<Cache>{};
  else if constexpr (rank_of<Cache> != 3)
    return error::cache_must_have_3_dimensions_batch_context_and_C<shape_t<Cache>>{};
  else if constexpr (!is_accepted<decltype(check_dimension<Heads>())>)
    return check_dimension<Heads>();
  else if constexpr (!static_dimension<Heads>)
    return error::heads_must_be_a_dimension_known_at_compile_time<Heads>{};
  else {
    using batch = shape::first_t<shape_t<Qkv>>;
    using time = shape::at_t<shape_t<Qkv>, 1>;
    using last = shape::last_t<shape_t<Qkv>>;
    using cache_batch = shape::first_t<shape_t<Cache>>;
    using context = shape::at_t<shape_t<Cache>, 1>;
    using channels = shape::last_t<shape_t<Cache>>;
    if constexpr (!std::is_same_v<element_t<Qkv>, element_t<Cache>> &&
                  !std::is_same_v<element_t<Qkv>, computed_t<element_t<Cache>>>)
      return error::element_types_differ<element_t<Qkv>, element_t<Cache>>{};
    else if constexpr (last::min != last::max || last::max != 3 * channels::max)
      return error::last_dimension_of_qkv_is_not_3_times_C_of_the_cache<last, channels>{};
    else if constexpr (channels::max % Heads::max != 0)
      return error::channels_are_not_a_multiple_of_heads<channels, Heads>{};
    else if constexpr (!std::is_same_v<batch, cache_batch>)
      return error::batch_of_qkv_is_not_that_of_the_cache<batch, cache_batch>{};
    else if constexpr (time::max > context::max)
      return error::time_may_exceed_the_context_of_the_cache<time, context>{};
    else
      return accepted<tensor<element_t<Qkv>, batch, time, channels>>{};
  }
}

template <class Heads>
struct refused_attention {
  template <class Qkv, class Cache, class Error = decltype(check_attention<Heads, Qkv, Cache>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("causal_self_attention<H>: needs qkv (B, T, 3C) and a kv_cache (B, context, C)")
  constexpr refused_value operator()(Qkv, Cache, where = where::here()) const {
    return {};
  }
};

template <class Heads>
struct attention_operation : refused_attention<Heads> {
  using refused_attention<Heads>::operator();

  template <class Qkv, class Cache, class Check = decltype(check_attention<Heads, Qkv, Cache>())>
    requires is_accepted<Check>
  constexpr auto operator()(Qkv qkv, Cache cache, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::attention, at, dim_attribute<Heads>(qkv, cache),
                                        qkv, cache);
  }
};

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

/// What queries, keys and cache ask of each other, all of the right kind and rank.
template <class D, class Q, class K, class Cache>
consteval auto check_heads() {
  using q_heads = shape::leading_t<behind_time_t<Q>>;
  using k_heads = shape::leading_t<behind_time_t<K>>;
  using q_outer = shape::slice_t<shape_t<Q>, 0, 2>;
  using k_outer = shape::slice_t<shape_t<K>, 0, 2>;
  using time = shape::at_t<shape_t<Q>, 1>;
  using context = shape::at_t<shape_t<Cache>, 1>;
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
  else if constexpr (rank_of<Cache> != rank_of<K>)
    return error::dimensions_of_the_cache_are_not_batch_context_and_those_of_k<shape_t<Cache>,
                                                                               shape_t<K>>{};
  else if constexpr (!std::is_same_v<behind_time_t<Cache>, behind_time_t<K>> ||
                     !std::is_same_v<shape::first_t<shape_t<Cache>>, shape::first_t<k_outer>>)
    return error::dimensions_of_the_cache_are_not_batch_context_and_those_of_k<shape_t<Cache>,
                                                                               shape_t<K>>{};
  else if constexpr (time::max > context::max)
    return error::time_may_exceed_the_context_of_the_cache<time, context>{};
  else
    return accepted<typename tensor_of<element_t<Q>, shape_t<Q>>::type>{};
}

template <class D, class Q, class K, class V, class Cache>
consteval auto check_attention_apart() {
  using operands = decltype(check_operands<Q, K, V, Cache>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<Q>)
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
  else if constexpr (!is_cache<Cache>)
    return error::cache_must_be_a_kv_cache<Cache>{};
  else if constexpr (!std::is_same_v<element_t<Q>, element_t<Cache>> &&
                     !std::is_same_v<element_t<Q>, computed_t<element_t<Cache>>>)
    return error::element_types_differ<element_t<Q>, element_t<Cache>>{};
  else
    return check_heads<D, Q, K, Cache>();
}

template <class D>
struct refused_attention_apart {
  template <class Q, class K, class V, class Cache,
            class Error = decltype(check_attention_apart<D, Q, K, V, Cache>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES(
      "attention<D>: needs q (B, T, heads..., D), k and v (B, T, the first of these heads..., D) "
      "and a kv_cache (B, context, heads of k..., D)")
  constexpr refused_value
  operator()(Q, K, V, Cache, where = where::here()) const {
    return {};
  }
};

template <class D>
struct attention_apart_operation : refused_attention_apart<D> {
  using refused_attention_apart<D>::operator();

  template <class Q, class K, class V, class Cache,
            class Check = decltype(check_attention_apart<D, Q, K, V, Cache>())>
    requires is_accepted<Check>
  constexpr auto operator()(Q q, K k, V v, Cache cache, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::grouped_attention, at, {}, q, k, v, cache);
  }
};

}  // namespace detail

/// attention<D>(q, k, v, cache): softmax(q k^T / sqrt(D), causal) v, where k and v are those of the
/// cache followed by the new ones.
///   q (B, T, heads..., D); k and v (B, T, the first of these heads..., D), all of them
///   (multi-head), some (grouped queries) or none (multi-query): query heads that differ only in
///   the others share a key head; cache (B, context, heads of k..., D) -> dimensions of q. One
///   dtype, or a cache of bf16 for f32: keys and values are then rounded to bf16. The cache belongs
///   to this call alone; T never exceeds the context. Source: Vaswani et al. 2017, eq. 1; Ainslie
///   et al. 2023 (grouped queries).
template <class D>
inline constexpr detail::attention_apart_operation<D> attention{};

/// causal_self_attention<Heads>(qkv, cache): softmax(q k^T / sqrt(D), causal) v for each of H heads
/// of D = C / H channels, where k and v are those of the cache followed by the new ones.
///   qkv (B, T, 3C): queries, keys, values side by side; cache (B, context, C) -> (B, T, C).
///   One dtype, or a cache of bf16 for qkv of f32: keys and values are then rounded to bf16.
///   Heads: the dimension H. The cache belongs to this call alone; T never exceeds the context.
///   Source: Vaswani et al. 2017, eq. 1; GPT-2's layout of qkv.
template <class Heads>
inline constexpr detail::attention_operation<Heads> causal_self_attention{};

}  // namespace tenon
