// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rotary position embeddings, written in arithmetic as a model's author would.
#pragma once
#include <limits>

#include "tenon/ops/along.hpp"
#include "tenon/ops/outer.hpp"
#include "tenon/ops/views.hpp"

namespace tenon::nn {

namespace detail {
using namespace tenon::detail;

/// The natural logarithm of x > 0, which the library has not in constant expressions.
constexpr double logarithm(double x) {
  constexpr double ln2 = 0.693147180559945309417;
  int exponent = 0;
  for (; x > 4.0 / 3; x /= 2) ++exponent;
  for (; x < 2.0 / 3; x *= 2) --exponent;
  const double s = (x - 1) / (x + 1);
  double term = 2 * s, sum = 0;
  for (int k = 1; k < 40; k += 2, term *= s * s) sum += term / k;
  return exponent * ln2 + sum;
}

template <class Half, class X>
consteval auto check_frequencies() {
  using along = decltype(check_along<Half, X>());
  if constexpr (is_accepted<along> && !static_dimension<Half>)
    return error::last_dimension_must_be_known_at_compile_time<Half>{};
  else
    return along{};
}

template <class Time, class X, class F>
consteval auto check_rotary() {
  using along = decltype(check_along<Time, X>());
  if constexpr (!accepts_a_value<along>)
    return along{};
  else if constexpr (any_refused<F>)
    return accepted<refused_value>{};
  else if constexpr (!is_tensor<F> && !is_param<F>)
    return error::x_must_be_a_tensor_or_a_param<F>{};
  else if constexpr (rank_of<F> != 1)
    return error::frequencies_must_have_1_dimension<F>{};
  else
    return check_outer<typename along::result, F>();
}

template <class Half, class Rest>
inline constexpr std::uint64_t rotated_columns = 2 * std::uint64_t{Half::max} + Rest::max;
template <class Half>
inline constexpr std::uint64_t rotated_columns<Half, void> = 2 * std::uint64_t{Half::max};

}  // namespace detail

template <class Half>
struct refused_frequencies {
  template <class X, class Error = decltype(detail::check_frequencies<Half, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::rotary_frequencies<Half>(x, base): needs a tensor, Half known at compile time")
  constexpr refused_value operator()(X, double = 0, where = where::here()) const {
    return {};
  }
};

template <class Half>
struct frequencies_function : refused_frequencies<Half> {
  using refused_frequencies<Half>::operator();

  template <class X, class Check = decltype(detail::check_frequencies<Half, X>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, double base = 10000, where at = where::here()) const {
    if constexpr (any_refused<X>) {
      return refused_value{};
    } else {
      const bool fits = base > 0 && base <= std::numeric_limits<double>::max();
      using kind = graph::mistake_kind;
      detail::demand(fits, kind::rotary_base_is_not_positive_and_finite, at, x);
      const detail::call_of here(x, at);
      return exp(along<Half>(x) * (fits ? -detail::logarithm(base) / Half::max : 0));
    }
  }
};

/// rotary_frequencies<Half>(x, base = 10000): base^(-i / Half) for i = 0 .. Half - 1, the angle by
/// which a position turns each pair of channels. Models that scale them do it in arithmetic.
///   x: any tensor; Half known at compile time -> (Half), f32. base: above 0.
///   Source: Su et al. 2021, section 3.2.2.
template <class Half>
inline constexpr frequencies_function<Half> rotary_frequencies{};

/// What turns the channels of a token by its position: made once, by `rotary`, before the layers
/// that use it.
template <class Time, class Half>
struct rotation {
  tensor<f32, Time, Half> cosines, sines;
};

template <class Time>
struct refused_rotary {
  template <class X, class F, class Error = decltype(detail::check_rotary<Time, X, F>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::rotary<Time>(x, frequencies): needs x that has Time, frequencies (Half)")
  constexpr refused_value operator()(X, F, where = where::here()) const {
    return {};
  }
};

template <class Time>
struct rotary_function : refused_rotary<Time> {
  using refused_rotary<Time>::operator();

  template <class X, class F, class Check = decltype(detail::check_rotary<Time, X, F>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, F frequencies, where at = where::here()) const {
    if constexpr (any_refused<X, F>) {
      return refused_value{};
    } else {
      const detail::call_of here(x, at);
      const auto angles = outer(along<Time>(x), frequencies);
      const auto cosines = cos(angles);
      const auto sines = sin(angles);
      return rotation<Time, shape::first_t<shape_t<F>>>{cosines, sines};
    }
  }
};

/// rotary<Time>(x, frequencies): the rotation by positions times frequencies, for `rotate`.
///   x: a tensor that has Time, the dimension of a call's tokens; frequencies (Half): a tensor or a
///   param of f32 -> rotation<Time, Half>.
///   Source: Su et al. 2021, eq. 34.
template <class Time>
inline constexpr rotary_function<Time> rotary{};

template <class D, class Rest, class X, class Time, class Half>
consteval auto check_rotate(const rotation<Time, Half>*) {
  using rows = decltype(detail::check_rows<X>());
  if constexpr (!accepts_a_value<rows>)
    return rows{};
  else if constexpr (!std::is_same_v<element_t<X>, f32>)
    return error::element_types_differ<element_t<X>, f32>{};
  else if constexpr (!std::is_same_v<shape::last_t<shape_t<X>>, D>)
    return error::last_dimension_of_x_is_not<shape_t<X>, D>{};
  else if constexpr (!shape::has<Time>(shape_t<X>{}))
    return error::x_has_no_dimension<Time, shape_t<X>>{};
  else if constexpr (detail::rotated_columns<Half, Rest> != D::max)
    return error::parts_add_up_to<detail::rotated_columns<Half, Rest>, D, D::max>{};
  else
    return rows{};
}
template <class D, class Rest, class X>
consteval auto check_rotate(const refused_value*) {
  return accepted<refused_value>{};
}
template <class D, class Rest, class X, class By>
consteval auto check_rotate(const By*) {
  return error::needs_the_rotation_that_rotary_makes<By>{};
}

template <class D, class Rest>
struct refused_rotate {
  template <class X, class By,
            class Error = decltype(check_rotate<D, Rest, X>(static_cast<const By*>(nullptr)))>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::rotate<D, Rest>(x, rotation): needs x (..., Time, ..., D), D = 2 Half + Rest")
  constexpr refused_value operator()(X, By, where = where::here()) const {
    return {};
  }
};

template <class D, class Rest>
struct rotate_function : refused_rotate<D, Rest> {
  using refused_rotate<D, Rest>::operator();

  template <class X, class By,
            class Check = decltype(check_rotate<D, Rest, X>(static_cast<const By*>(nullptr)))>
    requires is_accepted<Check>
  constexpr auto operator()(X x, By rotation, where at = where::here()) const {
    if constexpr (any_refused<X, By>) {
      return refused_value{};
    } else {
      const detail::call_of here(x, at);
      using half = shape::last_t<typename decltype(rotation.sines)::shape>;
      const auto a = slice<half>(x);
      const auto b = slice<half, half::max>(x);
      const auto first = a * rotation.cosines - b * rotation.sines;
      const auto second = b * rotation.cosines + a * rotation.sines;
      if constexpr (std::is_same_v<Rest, void>)
        return join<D>(first, second);
      else
        return join<D>(first, second, slice<Rest, 2 * half::max>(x));
    }
  }
};

/// rotate<D>(x, rotation), rotate<D, Rest>(x, rotation): turns channel i < Half of D against
/// channel Half + i by the angle i of the token's position, as Llama and GPT-NeoX do. The last Rest
/// channels stay as they are.
///   x (..., Time, ..., D), f32; rotation: by rotary; D = 2 Half, or 2 Half + Rest -> shape of x.
///   Source: Su et al. 2021, eq. 34, with pairs of channels Half apart.
template <class D, class Rest = void>
inline constexpr rotate_function<D, Rest> rotate{};

}  // namespace tenon::nn
