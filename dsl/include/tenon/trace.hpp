// Calls a model with its inputs, once, while the compiler compiles, and returns its graph.
#pragma once
#include "tenon/graph/blob.hpp"
#include "tenon/graph/emit.hpp"
#include "tenon/model_errors.hpp"
#include "tenon/ops/operands.hpp"
#include "tenon/outputs.hpp"

namespace tenon {
namespace detail {

template <class X>
inline constexpr bool is_input = false;
template <fixed_name Name, class T, class... D>
inline constexpr bool is_input<input<Name, T, D...>> = true;

template <class X>
inline constexpr bool is_model_outputs = false;
template <class... Output>
inline constexpr bool is_model_outputs<model_outputs<Output...>> = true;

template <class First, class... Rest>
consteval auto check_inputs() {
  using verdict = decltype(check_operand<First>());
  if constexpr (!is_input<First>)
    return error::an_argument_of_a_model_must_be_an_input<First>{};
  else if constexpr (!is_accepted<verdict> || sizeof...(Rest) == 0)
    return verdict{};
  else
    return check_inputs<Rest...>();
}

/// A model's operator() taken apart.
template <class Call>
struct signature;
template <class Result, class Model, class... Argument>
struct signature<Result (Model::*)(Argument...) const> {
  static consteval auto check() {
    if constexpr (any_refused<Result>)
      return accepted<refused_value>{};
    else if constexpr (sizeof...(Argument) == 0)
      return error::a_model_needs_an_input<Model>{};
    else {
      using inputs = decltype(check_inputs<Argument...>());
      if constexpr (!is_accepted<inputs>)
        return inputs{};
      else if constexpr (!is_model_outputs<Result>)
        return error::a_model_must_return_outputs<Result>{};
      else
        return accepted<Result>{};
    }
  }

  static constexpr void call(graph::builder& graph, const Model& model) {
    // Braces, since they fix the order in which the inputs come to be.
    const std::tuple<Argument...> inputs{new_input<Argument>(graph)...};
    const Result outputs = std::apply(model, inputs);
    std::apply([&](const auto&... output) { (add_output(graph, output), ...); }, outputs.list);
  }

  template <class Input>
  static constexpr Input new_input(graph::builder& graph) {
    const Input input = new_value<Input>(graph);
    graph.input(Input::name(), input.ref().index);
    return input;
  }
  template <fixed_name Name, class X>
  static constexpr void add_output(graph::builder& graph, const named_output<Name, X>& output) {
    graph.output(Name, output.value.ref().index, output.at);
  }
};

template <class Model>
consteval auto check_model() {
  if constexpr (!requires { &Model::operator(); })
    return error::a_model_needs_one_operator_call_that_is_no_template<Model>{};
  else if constexpr (!requires { signature<decltype(&Model::operator())>::check(); })
    return error::the_operator_call_of_a_model_must_be_const<Model>{};
  else
    return signature<decltype(&Model::operator())>::check();
}

/// A model that cannot be traced. The refusal is a conversion since that is where both compilers
/// point at the user's TENON_MODEL and not into the macro.
template <class Model, class Mistake>
struct refused_model {
  template <class Error = Mistake>
  TENON_REFUSES("TENON_MODEL: a model has one operator()(input<...>...) const -> outputs(...)")
  constexpr operator graph::builder() const {
    return graph::builder("");
  }
};

/// A graph in which tracing found a mistake.
template <class Mistake>
struct refused_graph {
  template <std::uint32_t Size, class Error = Mistake>
  TENON_REFUSES("TENON_MODEL: found while tracing the model, at those lines of its source")
  constexpr operator graph::blob<Size>() const {
    return {};
  }
};

}  // namespace detail

/// The graph of a model, or a refusal that cannot become a graph::builder.
template <class Model>
consteval auto trace(const char* name, Model model) {
  using check = decltype(detail::check_model<Model>());
  if constexpr (!is_accepted<check>) {
    return detail::refused_model<Model, check>{};
  } else {
    graph::builder graph(name);
    if constexpr (accepts_a_value<check>)
      detail::signature<decltype(&Model::operator())>::call(graph, model);
    return graph;
  }
}

/// What a traced graph becomes.
template <const graph::builder& Graph>
using blob_of = graph::blob<graph::byte_count(Graph)>;

/// The bytes of a traced graph, or a refusal that cannot become a blob.
template <const graph::builder& Graph>
consteval auto encode() {
  using check = decltype(detail::check_traced<Graph>());
  if constexpr (!is_accepted<check>)
    return detail::refused_graph<check>{};
  else
    return graph::encode<graph::byte_count(Graph)>(Graph);
}

}  // namespace tenon
