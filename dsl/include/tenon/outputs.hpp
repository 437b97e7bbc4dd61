// What a model returns: outputs(output<"logits">(logits), output<"loss">(loss)).
#pragma once
#include <tuple>

#include "tenon/core/tensor.hpp"
#include "tenon/model_errors.hpp"

namespace tenon {

template <fixed_name Name, class X>
struct named_output {
  X value;
  where at;
};

template <class... Output>
struct model_outputs {
  std::tuple<Output...> list;
};

namespace detail {

template <class X>
inline constexpr bool is_named_output = false;
template <fixed_name Name, class X>
inline constexpr bool is_named_output<named_output<Name, X>> = true;

template <class X>
inline constexpr bool is_outputs = false;
template <class... Output>
inline constexpr bool is_outputs<model_outputs<Output...>> = true;

template <class... Output>
consteval auto check_outputs() {
  if constexpr ((any_refused<Output> || ...)) return accepted<refused_value>{};
  else if constexpr (sizeof...(Output) == 0) return error::a_model_needs_an_output<>{};
  else if constexpr ((!is_named_output<Output> || ...))
    return error::each_output_needs_a_name_as_in_output_logits<Output...>{};
  else return accepted<model_outputs<Output...>>{};
}

}  // namespace detail

/// Names a result of the model: x (...) a tensor.
template <fixed_name Name, class X>
  requires is_tensor<X>
constexpr named_output<Name, X> output(X x, where at = where::here()) {
  return {x, at};
}
template <fixed_name Name, class X, class Error = error::output_must_be_a_tensor<X>>
  requires(!is_tensor<X> && !any_refused<X>)
TENON_RULE("output: needs a tensor")
constexpr refused_value output(X, where = where::here()) TENON_REFUSED
template <fixed_name Name>
constexpr refused_value output(refused_value x) { return x; }

/// All results of the model, in the order in which its entries return them.
template <class... Output, class Check = decltype(detail::check_outputs<Output...>())>
  requires is_accepted<Check>
constexpr typename Check::result outputs(Output... output) {
  if constexpr (any_refused<typename Check::result>) return {};
  else return {{output...}};
}
template <class... Output, class Error = decltype(detail::check_outputs<Output...>())>
  requires(!is_accepted<Error>)
TENON_RULE("outputs: needs output<\"name\">(x), ...")
constexpr refused_value outputs(Output...) TENON_REFUSED

}  // namespace tenon
