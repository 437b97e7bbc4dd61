// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operations on each element: add (and +), scale, dropout, gelu.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {

using graph::gelu_kind;
inline constexpr gelu_kind gelu_tanh = gelu_kind::tanh;  // GPT-2, Hugging Face, llm.c
inline constexpr gelu_kind gelu_erf = gelu_kind::erf;    // nanoGPT

namespace detail {

template <class X>
consteval auto check_scale() {
  using operands = decltype(check_operands<X>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::x_must_be_a_tensor<X>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else
    return accepted<typename X::plain>{};
}

/// Of what is for activations; a loss can be scaled and added up, no more.
template <class X>
consteval auto check_pointwise() {
  using verdict = decltype(check_scale<X>());
  if constexpr (!is_accepted<verdict> || any_refused<X>)
    return verdict{};
  else if constexpr (rank_of<X> == 0)
    return error::x_must_have_a_dimension<X>{};
  else
    return verdict{};
}

template <class X, class Y>
consteval auto check_add() {
  using operands = decltype(check_operands<X, Y>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_tensor<X>)
    return error::left_operand_must_be_a_tensor<X>{};
  else if constexpr (!is_tensor<Y> && !is_param<Y>)
    return error::right_operand_must_be_a_tensor_or_a_param<Y>{};
  else if constexpr (!floating_element<element_t<X>>)
    return error::x_must_hold_floats_but_holds<element_t<X>>{};
  else if constexpr (!std::is_same_v<element_t<X>, element_t<Y>>)
    return error::element_types_differ<element_t<Y>, element_t<X>>{};
  else if constexpr (rank_of<X> < rank_of<Y>)
    return error::right_operand_has_more_dimensions_than_left<shape_t<X>, shape_t<Y>>{};
  else if constexpr (is_param<Y> && rank_of<Y> == 0)
    return error::a_param_must_have_a_dimension<Y>{};
  else {
    using trailing = shape::trailing_t<shape_t<X>, rank_of<Y>>;
    constexpr std::size_t place = shape::first_difference(trailing{}, shape_t<Y>{});
    if constexpr (place < rank_of<Y>)
      return error::dimension_of_right_operand_is_not_that_of_left<shape::at_t<shape_t<Y>, place>,
                                                                   shape::at_t<trailing, place>>{};
    else
      return accepted<typename X::plain>{};
  }
}

template <class X, class Y>
constexpr auto emit_add(const X& x, const Y& y, where at) {
  return emit<typename decltype(check_add<X, Y>())::result>(graph::op::add, at, {}, x, y);
}

struct refused_add {
  template <class X, class Y, class Error = decltype(check_add<X, Y>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("add: the dimensions of y must be the last ones of x")
  constexpr refused_value operator()(X, Y, where = where::here()) const {
    return {};
  }
};

struct add_operation : refused_add {
  using refused_add::operator();

  template <class X, class Y, class Check = decltype(check_add<X, Y>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, Y y, where at = where::here()) const {
    return emit_add(x, y, at);
  }
};

struct refused_scale {
  template <class X, class Error = decltype(check_scale<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("scale: needs a tensor of floats")
  constexpr refused_value operator()(X, double, where = where::here()) const {
    return {};
  }
};

struct scale_operation : refused_scale {
  using refused_scale::operator();

  template <class X, class Check = decltype(check_scale<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double factor, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::scale, at, attribute(factor), x);
  }
};

struct refused_dropout {
  template <class X, class Error = decltype(check_pointwise<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("dropout: needs a tensor of floats")
  constexpr refused_value operator()(X, double, where = where::here()) const {
    return {};
  }
};

struct dropout_operation : refused_dropout {
  using refused_dropout::operator();

  template <class X, class Check = decltype(check_pointwise<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double probability, where at = where::here()) const {
    const bool in_range = 0 <= probability && probability < 1;
    demand(in_range, graph::mistake_kind::dropout_probability_outside_0_to_1, at, x);
    return emit<typename Check::result>(graph::op::dropout, at, attribute(probability), x);
  }
};

struct refused_gelu {
  template <class X, class Error = decltype(check_pointwise<X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("gelu: needs a tensor of floats")
  constexpr refused_value operator()(X, gelu_kind, where = where::here()) const {
    return {};
  }

  template <class X, class Error = error::gelu_needs_its_form_gelu_tanh_or_gelu_erf<X>>
  TENON_REFUSES("gelu: name the form, gelu_tanh (GPT-2) or gelu_erf (nanoGPT)")
  constexpr refused_value operator()(X) const {
    return {};
  }
};

struct gelu_operation : refused_gelu {
  using refused_gelu::operator();

  template <class X, class Check = decltype(check_pointwise<X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, gelu_kind form, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::gelu, at,
                                        attribute(static_cast<std::uint32_t>(form)), x);
  }
};

}  // namespace detail

/// add(x, y), or x + y: the sum; y is repeated over the dimensions that it lacks.
///   x (..., S), y (S) a tensor or a param -> shape and dtype of x. A loss is a number: (),
///   added to each element.
inline constexpr detail::add_operation add{};

/// scale(x, factor): the product with a number known at compile time; x (...) -> shape of x; a loss
/// too.
inline constexpr detail::scale_operation scale{};

/// dropout(x, probability): in training, zeroes each element with that probability, in [0, 1), and
/// divides the others by 1 - probability; elsewhere x itself. x (...) -> shape of x.
inline constexpr detail::dropout_operation dropout{};

/// gelu(x, form): the Gaussian error linear unit; x (...) -> shape of x.
///   gelu_tanh: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); gelu_erf: x/2 (1 + erf(x/sqrt(2))).
///   The form has no default: it is part of what a checkpoint was trained with.
///   Source: Hendrycks and Gimpel 2016.
inline constexpr detail::gelu_operation gelu{};

}  // namespace tenon
