// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations, written in arithmetic as a model's author would.
#pragma once
#include "tenon/ops/pointwise.hpp"

namespace tenon::nn {

struct refused_activation {
  template <class X, class Error = decltype(detail::check_scale<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("an activation needs a tensor of floats")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

struct relu_activation : refused_activation {
  using refused_activation::operator();

  template <class X, class Check = decltype(detail::check_scale<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    if constexpr (any_refused<X>)
      return x;
    else
      return max(x, 0.0, at);
  }
};

struct silu_activation : refused_activation {
  using refused_activation::operator();

  template <class X, class Check = decltype(detail::check_scale<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    if constexpr (any_refused<X>)
      return x;
    else
      return detail::emit_arithmetic<graph::scalar::multiply>(x, sigmoid(x, at), at);
  }
};

/// relu(x): max(x, 0); its gradient at 0 is 0. x (...) -> shape of x.
inline constexpr relu_activation relu{};

/// silu(x): x sigmoid(x), also called swish. x (...) -> shape of x.
///   Source: Elfwing et al. 2017.
inline constexpr silu_activation silu{};

}  // namespace tenon::nn
