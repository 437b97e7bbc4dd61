// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Root mean square norms, written in arithmetic as a model's author would.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/ops/reduce.hpp"

namespace tenon::nn {

/// What Llama 2 and 3 add to the mean of squares.
inline constexpr double llama_epsilon = 1e-5;

template <class D>
struct refused_unit_rms {
  template <class X, class Error = decltype(detail::check_reduction<D, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::unit_rms<D>: needs a tensor of floats that has D")
  constexpr refused_value operator()(X, double = llama_epsilon, where = where::here()) const {
    return {};
  }
};

template <class D>
struct unit_rms_function : refused_unit_rms<D> {
  using refused_unit_rms<D>::operator();

  template <class X, class Check = decltype(detail::check_reduction<D, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double epsilon = llama_epsilon, where at = where::here()) const {
    if constexpr (any_refused<X>) {
      return refused_value{};
    } else {
      detail::demand(epsilon > 0, graph::mistake_kind::epsilon_is_not_positive, at, x);
      const detail::call_of here(x, at);
      return x * rsqrt(sum<D>(x * x) * (1.0 / D::max) + epsilon);
    }
  }
};

/// unit_rms<D>(x, epsilon = llama_epsilon): x / sqrt(mean of x^2 over D + epsilon): an RMS norm
/// without weights, of queries and keys for example.
///   x (..., D, ...) -> shape of x. Squares are f32, as x is: elements below 1e18 are safe.
///   epsilon: above 0.
///   Source: Zhang and Sennrich 2019, eq. 4.
template <class D>
inline constexpr unit_rms_function<D> unit_rms{};

template <class D, class T, class X>
consteval auto check_rms_norm() {
  using reduction = decltype(detail::check_reduction<D, X>());
  if constexpr (!accepts_a_value<reduction>)
    return reduction{};
  else
    return detail::check_arithmetic<X, param<T, D>>();
}

template <class D, class T>
struct refused_rms_norm {
  template <class X, class Error = decltype(check_rms_norm<D, T, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::rms_norm<D>: needs a tensor of floats that has D")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

/// nn::rms_norm<D> norm{"name"}: norm(x) is unit_rms<D>(x), then scaled.
///   x (..., D, ...) -> shape of x, dtype of x, which must be T.
///   Parameter: "name.weight" (D), drawn as 1.
template <class D, class T = f32>
struct rms_norm : refused_rms_norm<D, T> {
  param<T, D> weight;
  double epsilon;

  constexpr rms_norm(text name, double above_0 = llama_epsilon)
      : weight{name, ones, ".weight"}, epsilon(above_0) {}

  using refused_rms_norm<D, T>::operator();

  template <class X, class Check = decltype(check_rms_norm<D, T, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    if constexpr (any_refused<X>) {
      return refused_value{};
    } else {
      const detail::call_of here(x, at);
      return unit_rms<D>(x, epsilon, at) * weight;
    }
  }

  constexpr rms_norm tied() const {
    rms_norm again = *this;
    again.weight = tenon::tied(weight);
    return again;
  }
};

}  // namespace tenon::nn
