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

template <fixed_name Name, class X>
consteval auto check_output() {
  if constexpr (any_refused<X>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<X>) return error::output_must_be_a_tensor<X>{};
  else return accepted<named_output<Name, X>>{};
}

template <class... Output>
consteval auto check_outputs() {
  if constexpr (any_refused<Output...>) return accepted<refused_value>{};
  else if constexpr (sizeof...(Output) == 0) return error::a_model_needs_an_output<>{};
  else if constexpr (!(is_named_output<Output> && ...))
    return error::each_output_needs_a_name_as_in_output_logits<Output...>{};
  else return accepted<model_outputs<Output...>>{};
}

template <fixed_name Name>
struct refused_output {
  template <class X, class Error = decltype(check_output<Name, X>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("output<\"name\">: needs a tensor")
  constexpr refused_value operator()(X, where = where::here()) const { return {}; }
};

template <fixed_name Name>
struct output_operation : refused_output<Name> {
  using refused_output<Name>::operator();

  template <class X, class Check = decltype(check_output<Name, X>())>
    requires is_accepted<Check>
  constexpr typename Check::result operator()(X x, where at = where::here()) const {
    if constexpr (any_refused<X>) return {};
    else return {x, at};
  }
};

struct refused_outputs {
  template <class... Output>
    requires(!is_accepted<decltype(check_outputs<Output...>())>)
  TENON_REFUSES("outputs: needs output<\"name\">(x), ...")
  constexpr refused_value operator()(Output...) const { return {}; }
};

struct outputs_operation : refused_outputs {
  using refused_outputs::operator();

  template <class... Output>
    requires is_accepted<decltype(check_outputs<Output...>())>
  constexpr auto operator()(Output... output) const {
    using result = typename decltype(check_outputs<Output...>())::result;
    if constexpr (any_refused<result>) return result{};
    else return result{{output...}};
  }
};

}  // namespace detail

/// output<"name">(x): names a result of the model; x (...) a tensor.
template <fixed_name Name>
inline constexpr detail::output_operation<Name> output{};

/// outputs(output<"a">(x), ...): all results, in the order in which the entries return them.
inline constexpr detail::outputs_operation outputs{};

}  // namespace tenon
