// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Products with a learned weight, summed over the dimensions that both have: linear, with and
// without a bias, and the tied head.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

/// The attribute of graph::op::linear.
enum class weight_lies : std::uint32_t { in_out = 0, out_in = 1 };

/// How the dimensions of x and of a weight fall apart: K that both have, N that only the weight
/// has.
template <class X, class Weight>
struct product_of {
  using k = shape::common_t<shape_t<Weight>, shape_t<X>>;
  using n = shape::others_t<shape_t<Weight>, shape_t<X>>;
  static constexpr bool is_in_out = std::is_same_v<shape_t<Weight>, shape::joined_t<k, n>>;
  static constexpr bool is_out_in = std::is_same_v<shape_t<Weight>, shape::joined_t<n, k>>;
  static constexpr weight_lies storage = is_in_out ? weight_lies::in_out : weight_lies::out_in;
};

/// What is asked of x and the weight before their dimensions.
template <class X, class Weight>
consteval auto check_factors() {
  using operands = decltype(check_operands<X, Weight>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (rank_of<X> == 0)
    return error::x_must_have_a_dimension<X>{};
  else if constexpr (!is_param<Weight>)
    return error::weight_must_be_a_param<Weight>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Weight>> &&
                     !std::is_same_v<element_t<X>, computed_t<element_t<Weight>>>)
    return error::element_types_differ<element_t<X>, element_t<Weight>>{};
  else
    return accepted<X>{};
}

/// x (..., K...) or (..., A, K...), and of each index (..., A) a part (N..., K...) of a parameter.
template <class X, class Weight>
consteval auto check_gathered() {
  using by = typename Weight::gathered_by;
  using factors = decltype(check_factors<X, typename Weight::gathered_param>());
  if constexpr (!accepts_a_value<factors>)
    return factors{};
  else {
    using whole = shape_t<typename Weight::gathered_param>;
    using part = shape::trailing_t<whole, whole::rank - 1>;
    using k = shape::common_t<part, shape_t<X>>;
    using n = shape::others_t<part, shape_t<X>>;
    using both = shape::common_t<part, shape_t<by>>;
    constexpr std::size_t twice = shape::first_repeated(part{});
    if constexpr (twice < part::rank)
      return error::a_gathered_weight_has_a_dimension_twice_so_name_one_otherwise<
          shape::at_t<part, twice>>{};
    else if constexpr (both::rank > 0)
      return error::both_have_the_dimension<shape::first_t<both>, whole, shape_t<by>>{};
    else if constexpr (k::rank == 0)
      return error::x_and_weight_have_no_dimension_in_common<shape_t<X>, whole>{};
    else if constexpr (k::rank == part::rank)
      return error::weight_has_no_dimension_that_x_lacks<whole, shape_t<X>>{};
    else if constexpr (!std::is_same_v<part, shape::joined_t<n, k>>)
      return error::a_gathered_weight_is_stored_out_in_within_each_part<k, whole>{};
    else {
      using last = shape::trailing_t<shape_t<X>, k::rank>;
      using leading = shape::slice_t<shape_t<X>, 0, rank_of<X> - k::rank>;
      using each = shape_t<by>;
      using result = typename tensor_of<element_t<X>, shape::joined_t<each, n>>::type;
      if constexpr (!std::is_same_v<last, k>)
        return error::last_dimensions_of_x_are_not_those_in_common_with_weight<last, k>{};
      else if constexpr (!std::is_same_v<leading, each> &&
                         !std::is_same_v<leading, shape::leading_t<each>>)
        return error::dimensions_of_x_are_not_those_of_the_indices<leading, each>{};
      else if constexpr (rank_of<result> > graph::max_rank)
        return error::a_tensor_has_at_most_8_dimensions<result>{};
      else
        return accepted<result>{};
    }
  }
}

template <class X, class Weight>
consteval auto check_whole_weight() {
  using factors = decltype(check_factors<X, Weight>());
  if constexpr (!accepts_a_value<factors>)
    return factors{};
  else {
    using weight = shape_t<Weight>;
    using product = product_of<X, Weight>;
    using k = typename product::k;
    constexpr std::size_t twice = shape::first_repeated(weight{});
    if constexpr (twice < weight::rank)
      return error::weight_has_a_dimension_twice_so_use_nn_linear_or_nn_torch_linear<
          shape::at_t<weight, twice>>{};
    else if constexpr (k::rank == 0)
      return error::x_and_weight_have_no_dimension_in_common<shape_t<X>, weight>{};
    else if constexpr (k::rank == weight::rank)
      return error::weight_has_no_dimension_that_x_lacks<weight, shape_t<X>>{};
    else if constexpr (!product::is_in_out && !product::is_out_in)
      return error::dimensions_in_common_are_neither_the_first_nor_the_last_of_weight<k, weight>{};
    else {
      using last = shape::trailing_t<shape_t<X>, k::rank>;
      using leading = shape::slice_t<shape_t<X>, 0, rank_of<X> - k::rank>;
      using result =
          typename tensor_of<element_t<X>, shape::joined_t<leading, typename product::n>>::type;
      if constexpr (!std::is_same_v<last, k>)
        return error::last_dimensions_of_x_are_not_those_in_common_with_weight<last, k>{};
      else if constexpr (rank_of<result> > graph::max_rank)
        return error::a_tensor_has_at_most_8_dimensions<result>{};
      else
        return accepted<result>{};
    }
  }
}

template <class X, class Weight>
consteval auto check_linear() {
  if constexpr (is_gathered<Weight>)
    return check_gathered<X, Weight>();
  else
    return check_whole_weight<X, Weight>();
}

/// A bias of dimensions N, of the element type of x.
template <class X, class Bias, class N>
consteval auto check_bias() {
  using verdict = decltype(check_operands<Bias>());
  if constexpr (settles<verdict>)
    return verdict{};
  else if constexpr (!is_param<Bias>)
    return error::bias_must_be_a_param<Bias>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Bias>>)
    return error::element_types_differ<element_t<X>, element_t<Bias>>{};
  else if constexpr (!std::is_same_v<shape_t<Bias>, N>)
    return error::dimensions_of_bias_are_not_those_that_only_weight_has<shape_t<Bias>, N>{};
  else
    return accepted<Bias>{};
}

/// Of each index (..., A) the bias (N), beside a gathered weight.
template <class X, class Weight, class Bias>
consteval auto check_gathered_bias() {
  using weight = shape_t<typename Weight::gathered_param>;
  using part = shape::trailing_t<weight, weight::rank - 1>;
  using whole = shape::joined_t<dims<shape::first_t<weight>>, shape::others_t<part, shape_t<X>>>;
  if constexpr (any_refused<Bias>)
    return accepted<refused_value>{};
  else if constexpr (!is_gathered<Bias>)
    return error::a_gathered_weight_needs_a_gathered_bias<Bias>{};
  else {
    using bias = typename Bias::gathered_param;
    if constexpr (!std::is_same_v<element_t<X>, computed_t<element_t<bias>>>)
      return error::element_types_differ<element_t<X>, element_t<bias>>{};
    else if constexpr (whole::rank > 2)
      return error::a_gathered_bias_has_one_dimension_behind_the_first<whole>{};
    else if constexpr (!std::is_same_v<shape_t<bias>, whole>)
      return error::dimensions_of_a_gathered_bias_are_not<shape_t<bias>, whole>{};
    else if constexpr (!std::is_same_v<shape_t<typename Bias::gathered_by>,
                                       shape_t<typename Weight::gathered_by>>)
      return error::weight_and_bias_are_gathered_by_indices_of_other_dimensions<
          shape_t<typename Weight::gathered_by>, shape_t<typename Bias::gathered_by>>{};
    else
      return accepted<Bias>{};
  }
}

template <class X, class Weight, class Bias>
consteval auto check_linear() {
  using without_bias = decltype(check_linear<X, Weight>());
  if constexpr (!accepts_a_value<without_bias>) {
    return without_bias{};
  } else if constexpr (is_gathered<Weight>) {
    using bias = decltype(check_gathered_bias<X, Weight, Bias>());
    if constexpr (!accepts_a_value<bias>)
      return bias{};
    else
      return without_bias{};
  } else if constexpr (is_gathered<Bias>) {
    return error::a_gathered_bias_needs_a_gathered_weight<Weight>{};
  } else {
    using bias = decltype(check_bias<X, Bias, typename product_of<X, Weight>::n>());
    if constexpr (!accepts_a_value<bias>)
      return bias{};
    else
      return without_bias{};
  }
}

/// Of a layer with a weight of its own, In and Out, which may be one dimension: x (..., In).
template <class X, class Weight, class In, class Out>
consteval auto check_layer() {
  using factors = decltype(check_factors<X, Weight>());
  if constexpr (!accepts_a_value<factors>)
    return factors{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, In>)
    return error::last_dimension_of_x_is_not_that_of_weight<shape::last_t<shape_t<X>>, In>{};
  else
    return accepted<replace_last_t<X, Out>>{};
}

template <class Result, class X, class Weight, class... Bias>
constexpr auto emit_product(where at, weight_lies storage, X x, Weight weight, Bias... bias) {
  return emit<Result>(graph::op::linear, at, attribute(static_cast<std::uint32_t>(storage)), x,
                      weight, bias...);
}

struct refused_linear {
  template <class X, class Weight, class Bias,
            class Error = decltype(check_linear<X, Weight, Bias>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("linear: needs x (..., K...), weight (K..., N...) or (N..., K...), bias (N...)")
  constexpr refused_value operator()(X, Weight, Bias, where = where::here()) const {
    return {};
  }

  template <class X, class Weight, class Error = decltype(check_linear<X, Weight>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("linear: needs x (..., K...), weight (K..., N...) or (N..., K...)")
  constexpr refused_value operator()(X, Weight, where = where::here()) const {
    return {};
  }

  template <class X, class Error = error::linear_needs_a_weight<X>>
  TENON_REFUSES("linear: needs x, weight and, if any, bias")
  constexpr refused_value operator()(X) const {
    return {};
  }
};

struct linear_operation : refused_linear {
  using refused_linear::operator();

  template <class X, class Weight, class Bias,
            class Check = decltype(check_linear<X, Weight, Bias>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, Bias bias, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>) {
      return result{};
    } else if constexpr (is_gathered<Weight>) {
      const auto of_each = emit<result>(graph::op::embedding, at, {}, bias.param, bias.by);
      const auto product =
          emit<result>(graph::op::gathered_linear, at, {}, x, weight.param, weight.by);
      return emit<result>(graph::op::add, at, {}, product, of_each);
    } else {
      return emit_product<result>(at, product_of<X, Weight>::storage, x, weight, bias);
    }
  }

  template <class X, class Weight, class Check = decltype(check_linear<X, Weight>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, where at = where::here()) const {
    using result = typename Check::result;
    if constexpr (any_refused<result>)
      return result{};
    else if constexpr (is_gathered<Weight>)
      return emit<result>(graph::op::gathered_linear, at, {}, x, weight.param, weight.by);
    else
      return emit_product<result>(at, product_of<X, Weight>::storage, x, weight);
  }
};

struct refused_tied_head {
  template <class X, class Weight, class Error = decltype(check_linear<X, Weight>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("tied_head: needs x (..., C), weight (V, C)")
  constexpr refused_value operator()(X, Weight, where = where::here()) const {
    return {};
  }
};

struct tied_head_operation : refused_tied_head {
  using refused_tied_head::operator();

  template <class X, class Weight, class Check = decltype(check_linear<X, Weight>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Weight weight, where at = where::here()) const {
    if constexpr (any_refused<typename Check::result>)
      return refused_value{};
    else
      return linear_operation{}(x, tied_operation{}(weight), at);
  }
};

}  // namespace detail

/// linear(x, weight, bias), or without the bias: the sum of x * weight over all dimensions that
/// both have, K..., plus the bias.
///   x (..., K...), weight (K..., N...) or (N..., K...), bias (N...) -> (..., N...), dtype of x.
///   K... are the last dimensions of x, in the order of the weight. So heads are dimensions:
///   x (batch, seq, n_embd), weight (n_head, n_dim, n_embd) -> (batch, seq, n_head, n_dim).
///   The weight lies as the checkpoint has it: (in, out) in Hugging Face's Conv1D, (out, in) in
///   PyTorch's nn.Linear. One that has a dimension twice does not say which: nn/linear.hpp.
///   A weight that gather makes, and a bias with it, are of each token's own: ops/gather.hpp.
///   All have one dtype, or the weight is bf16 and all else f32: x is then rounded to bf16 (to
///   nearest even), the products are exact and the sums f32.
inline constexpr detail::linear_operation linear{};

/// tied_head(x, weight): linear(x, tied(weight)), logits from the table of the embedding.
///   x (..., C), weight (V, C) -> (..., V).
inline constexpr detail::tied_head_operation tied_head{};

}  // namespace tenon
