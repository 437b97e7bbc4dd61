// A linear layer with its own parameters, named as checkpoints name them.
#pragma once
#include "tenon/ops/linear.hpp"

namespace tenon::nn {

/// x W + b with "<name>.weight" (In, Out) and, where it has one, "<name>.bias" (Out), drawn as 0.
///   x (..., In) -> (..., Out).
template <static_dimension In, static_dimension Out, floating_element T = f32>
struct linear {
  param<T, In, Out> weight;
  param<T, Out> bias;
  bool has_bias;

  constexpr linear(text name, initialiser init, bool has_bias = true)
      : weight{name, init, ".weight"}, bias{name, zeros, ".bias"}, has_bias(has_bias) {}

  template <class X,
            class Check = decltype(detail::check_linear<X, param<T, In, Out>, param<T, Out>>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return has_bias ? tenon::linear(x, weight, bias, at) : tenon::linear(x, weight, at);
  }
  template <class X,
            class Error = decltype(detail::check_linear<X, param<T, In, Out>, param<T, Out>>())>
    requires(!is_accepted<Error>)
  TENON_RULE("nn::linear<K, N>: needs x (..., K)")
  constexpr refused_value operator()(X, where = where::here()) const TENON_REFUSED
};

}  // namespace tenon::nn
