// A layer norm with its own parameters, named as checkpoints name them.
#pragma once
#include "tenon/ops/layer_norm.hpp"

namespace tenon::nn {

/// Layer norm with "<name>.weight" (C), drawn as 1, and, where it has one, "<name>.bias" (C), drawn
/// as 0: x (..., C) -> (..., C).
template <static_dimension C, floating_element T = f32>
struct layer_norm {
  param<T, C> weight;
  param<T, C> bias;
  bool has_bias;
  double epsilon;

  constexpr layer_norm(text name, bool has_bias = true, double epsilon = gpt2_epsilon)
      : weight{name, ones, ".weight"},
        bias{name, zeros, ".bias"},
        has_bias(has_bias),
        epsilon(epsilon) {}

  template <class X,
            class Check = decltype(detail::check_layer_norm<X, param<T, C>, param<T, C>>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return has_bias ? tenon::layer_norm(x, weight, bias, epsilon, at)
                    : tenon::layer_norm(x, weight, epsilon, at);
  }
  template <class X,
            class Error = decltype(detail::check_layer_norm<X, param<T, C>, param<T, C>>())>
    requires(!is_accepted<Error>)
  TENON_RULE("nn::layer_norm<C>: needs x (..., C)")
  constexpr refused_value operator()(X, where = where::here()) const TENON_REFUSED
};

}  // namespace tenon::nn
