// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters that are used more than once.
#pragma once
#include "tenon/core/refusal.hpp"
#include "tenon/core/tensor.hpp"

namespace tenon {
namespace error {
template <class X>
struct only_a_param_or_a_layer_of_nn_can_be_tied {};
}  // namespace error

namespace detail {

/// A layer that owns parameters says itself which they are.
template <class X>
concept ties_itself = requires(const X& x) { x.tied(); };

struct refused_tied {
  template <class X, class Error = error::only_a_param_or_a_layer_of_nn_can_be_tied<X>>
    requires(!is_param<X> && !ties_itself<X>)
  TENON_REFUSES("tied: needs a param, or a layer of nn")
  constexpr refused_value operator()(X) const {
    return {};
  }
};

struct tied_operation : refused_tied {
  using refused_tied::operator();

  template <is_param P>
  constexpr P operator()(P param) const {
    param.is_tied = true;
    return param;
  }
  template <ties_itself Layer>
  constexpr Layer operator()(const Layer& layer) const {
    return layer.tied();
  }
};

}  // namespace detail

/// tied(w): the parameter w, where it is used again; tied(layer)(x) uses those of a layer again.
/// Without it a second use is an error, since two members of one name would be one parameter.
inline constexpr detail::tied_operation tied{};

}  // namespace tenon
