// The loss.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {
namespace detail {

template <class Logits, class Targets>
consteval auto check_cross_entropy() {
  using operands = decltype(check_operands<Logits, Targets>());
  if constexpr (settles<operands>) return operands{};
  else if constexpr (!is_tensor<Logits>) return error::x_must_be_a_tensor<Logits>{};
  else if constexpr (!floating_element<element_t<Logits>>)
    return error::x_must_hold_floats_but_holds<element_t<Logits>>{};
  else if constexpr (!is_tensor<Targets>) return error::targets_must_be_a_tensor_of_i32<Targets>{};
  else if constexpr (!std::is_same_v<element_t<Targets>, i32>)
    return error::targets_must_be_a_tensor_of_i32<Targets>{};
  else if constexpr (rank_of<Logits> != rank_of<Targets> + 1)
    return error::targets_must_have_one_dimension_less_than_logits<shape_t<Targets>,
                                                                   shape_t<Logits>>{};
  else {
    using leading = shape::leading_t<shape_t<Logits>>;
    constexpr std::size_t place = shape::first_difference(leading{}, shape_t<Targets>{});
    if constexpr (place < rank_of<Targets>)
      return error::dimension_of_targets_is_not_that_of_logits<
          shape::at_t<shape_t<Targets>, place>, shape::at_t<leading, place>>{};
    else return accepted<tensor<f32>>{};
  }
}

struct refused_cross_entropy {
  template <class Logits, class Targets,
            class Error = decltype(check_cross_entropy<Logits, Targets>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("cross_entropy: needs logits (..., V) and targets (...) of i32")
  constexpr refused_value operator()(Logits, Targets, std::int32_t = -1,
                                     where = where::here()) const {
    return {};
  }
};

struct cross_entropy_operation : refused_cross_entropy {
  using refused_cross_entropy::operator();

  template <class Logits, class Targets,
            class Check = decltype(check_cross_entropy<Logits, Targets>())>
    requires is_accepted<Check>
  constexpr auto operator()(Logits logits, Targets targets, std::int32_t ignore = -1,
                            where at = where::here()) const {
    return emit<typename Check::result>(graph::op::cross_entropy, at,
                                        attribute(static_cast<std::uint32_t>(ignore)), logits,
                                        targets);
  }
};

}  // namespace detail

/// cross_entropy(logits, targets, ignore = -1): the mean of -log softmax(logits)[target] over the
/// targets that are not `ignore`.
///   logits (..., V), targets (...) of i32 -> (), f32.
inline constexpr detail::cross_entropy_operation cross_entropy{};

}  // namespace tenon
