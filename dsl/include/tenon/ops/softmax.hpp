// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Softmax, in arithmetic.
#pragma once
#include "tenon/ops/reduce.hpp"

namespace tenon {
namespace detail {

template <class D>
struct refused_softmax {
  template <class X, class Error = decltype(check_reduction<D, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("softmax<D>(x): needs a tensor of floats that has D")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

template <class D>
struct softmax_function : refused_softmax<D> {
  using refused_softmax<D>::operator();

  template <class X, class Check = decltype(check_reduction<D, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    if constexpr (any_refused<X>) {
      return refused_value{};
    } else {
      const call_of here(x, at);
      const auto e = exp(x - max<D>(x));
      return e / sum<D>(e);
    }
  }
};

}  // namespace detail

/// softmax<D>(x): exp(x) / sum<D>(exp(x)), without overflow.
///   x (..., D, ...) of floats, D known at compile time -> shape of x. NaN where all along D are
///   -infinity.
template <class D>
inline constexpr detail::softmax_function<D> softmax{};

}  // namespace tenon
