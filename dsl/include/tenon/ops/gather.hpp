// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts of a parameter by indices that the model computes: the weights of experts.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

template <class Param, class I>
consteval auto check_gather() {
  using operands = decltype(check_operands<Param>());
  if constexpr (any_refused<Param, I>)
    return accepted<refused_value>{};
  else if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_param<Param>)
    return error::weight_must_be_a_param<Param>{};
  else if constexpr (!floating_element<element_t<Param>>)
    return error::table_must_hold_floats_but_holds<element_t<Param>>{};
  else if constexpr (!is_indices<I>)
    return error::needs_indices_that_top_k_makes<I>{};
  else if constexpr (rank_of<Param> < 2)
    return error::a_gathered_param_needs_dimensions_behind_the_first<shape_t<Param>>{};
  else if constexpr (!std::is_same_v<shape::first_t<shape_t<Param>>, typename I::counted>)
    return error::first_dimension_of_the_param_is_not_what_the_indices_count<typename I::counted,
                                                                             shape_t<Param>>{};
  else
    return accepted<gathered<Param, I>>{};
}

struct refused_gather {
  template <class Param, class I, class Error = decltype(check_gather<Param, I>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("gather(weight, indices): needs a param (D, ...) and indices of top_k<D, K>")
  constexpr refused_value operator()(Param, I, where = where::here()) const {
    return {};
  }
};

struct gather_operation : refused_gather {
  using refused_gather::operator();

  template <class Param, class I, class Check = decltype(check_gather<Param, I>())>
    requires is_accepted<Check>
  constexpr auto operator()(Param param, I by) const {
    if constexpr (any_refused<typename Check::result>)
      return refused_value{};
    else
      return gathered<Param, I>{{}, param, by};
  }
};

}  // namespace detail

/// gather(weight, indices): for each index the part of a parameter that it names, as the weight or
/// the bias of a linear, which is all that it is for: nobody forms a weight. So of experts, each
/// token's own are read.
///   weight (D, N..., K...) a param, (out, in) within each part; indices (..., A) of top_k<D, A>.
///   linear(x, gather(weight, indices)): x (..., K...), or (..., A, K...), -> (..., A, N...).
///   linear(x, gather(weight, indices), gather(bias, indices)): bias (D, N) a param, one N.
inline constexpr detail::gather_operation gather{};

}  // namespace tenon
