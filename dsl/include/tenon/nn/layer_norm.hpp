// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A layer norm with its own parameters, named as checkpoints name them.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/ops/layer_norm.hpp"

namespace tenon::nn {

template <class C, class T>
struct refused_layer_norm {
  template <class X,
            class Error = decltype(detail::check_layer_norm<X, param<T, C>, param<T, C>>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::layer_norm<C>: needs x (..., C)")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

/// nn::layer_norm<C> norm{"name"}: norm(x) normalizes over the last axis, then scales and shifts.
///   x (..., C) -> (..., C), dtype of x, which must be T.
///   Parameters: "name.weight" (C), drawn as 1, and, unless with_bias is false, "name.bias" (C),
///   drawn as 0.
template <class C, class T = f32>
struct layer_norm : refused_layer_norm<C, T> {
  param<T, C> weight;
  param<T, C> bias;
  bool has_bias;
  double epsilon;

  constexpr layer_norm(text name, bool with_bias = true, double above_0 = gpt2_epsilon)
      : weight{name, ones, ".weight"},
        bias{name, zeros, ".bias"},
        has_bias(with_bias),
        epsilon(above_0) {}

  using refused_layer_norm<C, T>::operator();

  template <class X,
            class Check = decltype(detail::check_layer_norm<X, param<T, C>, param<T, C>>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return has_bias ? tenon::layer_norm(x, weight, bias, epsilon, at)
                    : tenon::layer_norm(x, weight, epsilon, at);
  }

  constexpr layer_norm tied() const {
    layer_norm again = *this;
    again.weight = tenon::tied(weight);
    again.bias = tenon::tied(bias);
    return again;
  }
};

}  // namespace tenon::nn
