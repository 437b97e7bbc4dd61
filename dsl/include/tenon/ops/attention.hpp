// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Causal self-attention over what the cache holds and the new tokens.
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

}  // namespace detail

/// causal_self_attention<Heads>(qkv, cache): softmax(q k^T / sqrt(D), causal) v for each of H heads
/// of D = C / H channels, where k and v are those of the cache followed by the new ones.
///   qkv (B, T, 3C): queries, keys, values side by side; cache (B, context, C) -> (B, T, C).
///   One dtype, or a cache of bf16 for qkv of f32: keys and values are then rounded to bf16.
///   Heads: the dimension H. The cache belongs to this call alone; T never exceeds the context.
///   Source: Vaswani et al. 2017, eq. 1; GPT-2's layout of qkv.
template <class Heads>
inline constexpr detail::attention_operation<Heads> causal_self_attention{};

}  // namespace tenon
