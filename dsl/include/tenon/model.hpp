// From a model to a graph in the object file: calls the model with its inputs, once, during
// compilation, and lays the result into section `.tenon.graph`.
#pragma once
#include "tenon/graph/blob.hpp"
#include "tenon/graph/emit.hpp"
#include "tenon/model_errors.hpp"
#include "tenon/outputs.hpp"

namespace tenon {
namespace detail {

template <class X>
inline constexpr bool is_input = false;
template <fixed_name Name, class T, class... D>
inline constexpr bool is_input<input<Name, T, D...>> = true;

template <class Call>
struct signature;
template <class Result, class Model, class... Argument>
struct signature<Result (Model::*)(Argument...) const> {
  /// The first argument that is no input, or void.
  template <class First, class... Rest>
  static consteval auto first_stranger() {
    if constexpr (!is_input<First>) return static_cast<First*>(nullptr);
    else if constexpr (sizeof...(Rest) > 0) return first_stranger<Rest...>();
    else return static_cast<void*>(nullptr);
  }

  static consteval auto check() {
    if constexpr (sizeof...(Argument) == 0) return error::a_model_needs_an_input<Model>{};
    else if constexpr ((!is_input<Argument> || ...))
      return error::argument_of_a_model_must_be_an_input<
          std::remove_pointer_t<decltype(first_stranger<Argument...>())>>{};
    else if constexpr (any_refused<Result>) return accepted<refused_value>{};
    else if constexpr (!is_outputs<Result>) return error::a_model_must_return_outputs<Result>{};
    else return accepted<Result>{};
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
    return error::a_model_needs_exactly_one_operator_call_and_no_template<Model>{};
  else if constexpr (!requires { signature<decltype(&Model::operator())>::check(); })
    return error::operator_call_of_a_model_must_be_const<Model>{};
  else return signature<decltype(&Model::operator())>::check();
}

}  // namespace detail

/// The graph of a model, which is an object with one `operator()(input<...>...) const`.
template <class Model, class Check = decltype(detail::check_model<Model>())>
  requires is_accepted<Check>
consteval graph::builder trace(const char* name, Model model) {
  graph::builder graph(name);
  if constexpr (!any_refused<typename Check::result>)
    detail::signature<decltype(&Model::operator())>::call(graph, model);
  return graph;
}
template <class Model, class Error = decltype(detail::check_model<Model>())>
  requires(!is_accepted<Error>)
TENON_RULE("TENON_MODEL: a model is an object with operator()(input<...>...) const -> outputs(...)")
constexpr refused_value trace(const char*, Model) TENON_REFUSED

/// The bytes of a traced graph, unless a mistake was found while tracing.
template <const auto& Graph, class Check = decltype(detail::check_traced<Graph>())>
  requires is_accepted<Check>
consteval auto encoded() {
  return graph::encode<graph::byte_count(Graph)>(Graph);
}
template <const auto& Graph, class Error = decltype(detail::check_traced<Graph>())>
  requires(!is_accepted<Error>)
TENON_RULE("TENON_MODEL: this mistake shows when the model is traced; the lines are those of its source")
constexpr refused_value encoded() TENON_REFUSED

}  // namespace tenon

// Where the bytes go. g++ would reorder the models of a file when it optimises.
#if defined(__clang__)
#define TENON_IN_SECTION __attribute__((section(".tenon.graph"), used))
#else
#define TENON_IN_SECTION __attribute__((section(".tenon.graph"), used, no_reorder))
#endif

/// Writes the graph of `model` (an expression) into the object file, as symbol tenon_graph_<name>.
/// At namespace scope outside any namespace; a file may hold several models.
#define TENON_MODEL(name, ...) TENON_MODEL_EXPANDED(name, __VA_ARGS__)
#define TENON_MODEL_EXPANDED(name, ...)                                    \
  namespace tenon_models {                                                 \
  inline constexpr auto name = ::tenon::trace(#name, __VA_ARGS__);         \
  }                                                                        \
  extern "C" TENON_IN_SECTION constexpr auto tenon_graph_##name =          \
      ::tenon::encoded<tenon_models::name>()
