// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A linear layer with its own parameters, named as checkpoints name them.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/ops/linear.hpp"

namespace tenon::nn {

template <class In, class Out, class T>
struct refused_linear {
  template <class X, class Error = decltype(detail::check_linear<X, param<T, In, Out>,
                                                                 param<computed_t<T>, Out>>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::linear<K, N>: needs x (..., K)")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

/// nn::linear<In, Out> layer{"name", initialiser}: layer(x) is x W + b.
///   x (..., In) -> (..., Out), dtype of x, which must be T, or f32 where T is bf16.
///   Parameters: "name.weight" (In, Out) of T, drawn from the initialiser, and, unless with_bias is
///   false, "name.bias" (Out), drawn as 0, of the dtype of x.
template <class In, class Out, class T = f32>
struct linear : refused_linear<In, Out, T> {
  param<T, In, Out> weight;
  param<computed_t<T>, Out> bias;
  bool has_bias;

  constexpr linear(text name, initialiser drawn, bool with_bias = true)
      : weight{name, drawn, ".weight"}, bias{name, zeros, ".bias"}, has_bias(with_bias) {}

  using refused_linear<In, Out, T>::operator();

  template <class X, class Check = decltype(detail::check_linear<X, param<T, In, Out>,
                                                                 param<computed_t<T>, Out>>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    return has_bias ? tenon::linear(x, weight, bias, at) : tenon::linear(x, weight, at);
  }

  constexpr linear tied() const {
    linear again = *this;
    again.weight = tenon::tied(weight);
    again.bias = tenon::tied(bias);
    return again;
  }
};

}  // namespace tenon::nn
