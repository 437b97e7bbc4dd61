// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Self-attention: causal, over what the cache holds and the new tokens, or in both directions; of
// queries, keys and values apart, and of GPT-2's packed ones.
#pragma once
#include "tenon/ops/scores.hpp"

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
struct attention_apart_operation : refused_attention_apart<D>, refused_scored<D> {
  template <class Q, class K, class V, class Cache,
            class Check = decltype(check_attention_apart<D, Q, K, V, Cache>())>
    requires is_accepted<Check>
  constexpr auto operator()(Q q, K k, V v, Cache cache, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::grouped_attention, at, {}, q, k, v, cache);
  }
  template <class Q, class K, class V, class Cache, class F>
  constexpr auto operator()(Q q, K k, V v, Cache cache, F f, where at = where::here()) const ->
      typename decltype(check_scored<
                        D, Q, K, V, Cache, F,
                        decltype(f(std::declval<scores_t<D, Q, K, V, Cache>>()))>())::result {
    using scores = scores_t<D, Q, K, V, Cache>;
    using check =
        decltype(check_scored<D, Q, K, V, Cache, F, decltype(f(std::declval<scores>()))>());
    return emit_scored<typename check::result, scores>(at, f, q, k, v, cache);
  }
  using refused_attention_apart<D>::operator();
  using refused_scored<D>::operator();
};

template <class D, class... J>
struct attention_operation_of;
template <class D>
struct attention_operation_of<D> : attention_apart_operation<D> {};
template <class D, class J>
struct attention_operation_of<D, J> : both_directions_operation<D, J> {};

}  // namespace detail

/// attention<D>(q, k, v, cache): softmax(q k^T / sqrt(D), causal) v, where k and v are those of the
/// cache followed by the new ones.
///   q (B, T, heads..., D); k and v (B, T, the first of these heads..., D), all of them
///   (multi-head), some (grouped queries) or none (multi-query): query heads that differ only in
///   the others share a key head; cache (B, context, heads of k..., D) -> dimensions of q. One
///   dtype, or a cache of bf16 for f32: keys and values are then rounded to bf16. The cache belongs
///   to this call alone; T never exceeds the context. Source: Vaswani et al. 2017, eq. 1; Ainslie
///   et al. 2023 (grouped queries).
/// attention<D>(q, k, v, cache, f): softmax(f(q k^T), causal) v. The score function f is called
/// once while the model is traced, with the sums of products (B, T, heads..., context), one for
/// each query and key, and returns what has the same type; what it does becomes a part of the
/// kernel.
///   f: of elementwise operations, along<...>(s) and captured tensors whose dimensions are those of
///   the scores without the keys'; these get no gradient. It adds to what is causal: keys behind a
///   query count as nothing whatever f makes of them. Where f makes -infinity of all others, the
///   result is 0; NaN makes it NaN.
/// attention<D, J>(q, k, v), attention<D, J>(q, k, v, f): the same in both directions, without a
/// cache: each query sees all keys of its sequence. J: the dimension of the keys in the scores,
/// with the bounds of T.
template <class D, class... J>
inline constexpr detail::attention_operation_of<D, J...> attention{};

/// causal_self_attention<Heads>(qkv, cache): softmax(q k^T / sqrt(D), causal) v for each of H heads
/// of D = C / H channels, where k and v are those of the cache followed by the new ones.
///   qkv (B, T, 3C): queries, keys, values side by side; cache (B, context, C) -> (B, T, C).
///   One dtype, or a cache of bf16 for qkv of f32: keys and values are then rounded to bf16.
///   Heads: the dimension H. The cache belongs to this call alone; T never exceeds the context.
///   Source: Vaswani et al. 2017, eq. 1; GPT-2's layout of qkv.
template <class Heads>
inline constexpr detail::attention_operation<Heads> causal_self_attention{};

}  // namespace tenon
