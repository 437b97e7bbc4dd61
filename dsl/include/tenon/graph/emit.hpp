// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From typed operands to records: how an operation that has checked its operands writes its node.
#pragma once
#include "tenon/core/refusal.hpp"
#include "tenon/core/tensor.hpp"

namespace tenon::detail {

template <class D>
constexpr std::uint32_t dim_index(graph::builder& graph) {
  return graph.dim(identity<D>, type_name<D>(), D::min, D::max);
}

/// Attribute words of a node: up to one double.
using attributes = graph::words<2>;

constexpr attributes attribute(std::uint32_t word) {
  attributes list;
  list.push(word);
  return list;
}

constexpr attributes attribute(std::uint32_t word, std::uint32_t next) {
  attributes list;
  list.push(word, next);
  return list;
}

constexpr attributes attribute(double number) {
  const auto bits = __builtin_bit_cast(std::uint64_t, number);
  attributes list;
  list.push(bits & 0xFFFFFFFFu, bits >> 32);
  return list;
}

/// Calls use(shape_ref) with the indices of the dimensions, registering the new ones in order.
template <class... D, class Use>
constexpr std::uint32_t with_shape(graph::builder& graph, dims<D...>, Use use) {
  const std::uint32_t indices[sizeof...(D) + 1] = {dim_index<D>(graph)..., 0};
  return use(graph::shape_ref{indices, sizeof...(D)});
}

/// A new value of the type of X, which nothing computes yet.
template <is_value X>
constexpr X new_value(graph::builder& graph) {
  return X(value_ref{&graph, with_shape(graph, shape_t<X>{}, [&](graph::shape_ref shape) {
                       return graph.value(element_t<X>::code, shape);
                     })});
}

template <is_value X>
constexpr std::uint32_t operand_word(graph::builder&, const X& x, where) {
  return graph::encode_operand(graph::operand_kind::value, x.ref().index);
}

template <is_param P>
constexpr std::uint32_t operand_word(graph::builder& graph, const P& param, where at) {
  return graph::encode_operand(graph::operand_kind::param,
                               with_shape(graph, shape_t<P>{}, [&](graph::shape_ref shape) {
                                 return graph.param(param.stem, param.leaf, element_t<P>::code,
                                                    shape, param.init, param.is_tied, at);
                               }));
}

template <is_state S>
constexpr std::uint32_t operand_word(graph::builder& graph, const S& state, where at) {
  constexpr auto kind = is_cache<S> ? graph::state_kind::kv_cache : graph::state_kind::rows;
  return graph::encode_operand(
      graph::operand_kind::state, with_shape(graph, shape_t<S>{}, [&](graph::shape_ref shape) {
        return graph.state(state.name, kind, element_t<S>::code, shape, at);
      }));
}

/// A number in the element type of what it is combined with.
template <element T>
struct number_of {
  double value;
};

template <class T>
constexpr std::uint32_t operand_word(graph::builder& graph, const number_of<T>& number, where at) {
  const tensor<T> result = new_value<tensor<T>>(graph);
  graph.node(graph::op::number, graph::words<1>{}, result.ref().index, attribute(number.value), at);
  return graph::encode_operand(graph::operand_kind::value, result.ref().index);
}

/// An operand of type X that has its word already, for it is an operand of several nodes.
template <class X>
struct placed {
  graph::builder* graph;
  std::uint32_t word;
};

template <class X>
constexpr std::uint32_t operand_word(graph::builder&, const placed<X>& operand, where) {
  return operand.word;
}

constexpr graph::builder* graph_of() { return nullptr; }
template <class First, class... Rest>
constexpr graph::builder* graph_of(const First& first, const Rest&... rest) {
  if constexpr (is_value<First>)
    return first.ref().graph;
  else if constexpr (requires { first.graph; })
    return first.graph;
  else
    return graph_of(rest...);
}

/// While it lives, what is emitted has the line at which a function that is made of operations was
/// called, not those inside of the function.
class call_of {
 public:
  template <is_tensor X>
  constexpr call_of(const X& x, where at)
      : graph_(*x.ref().graph), around_(graph_.begin_call(at)) {}
  constexpr ~call_of() { graph_.end_call(around_); }
  call_of(const call_of&) = delete;
  call_of& operator=(const call_of&) = delete;

 private:
  graph::builder& graph_;
  where around_;
};

/// Notes a mistake of the call at `at` unless `holds`; x is the call's tensor.
template <class X>
constexpr void demand(bool holds, graph::mistake_kind kind, where at, const X& x) {
  if constexpr (is_tensor<X>)
    if (!holds) x.ref().graph->fail({kind, {0, 0}, 0, at.line});
}

/// The index of dimension D, as an attribute of an operation on these operands.
template <class D, class... Operands>
constexpr attributes dim_attribute(const Operands&... operands) {
  if constexpr (any_refused<Operands...>)
    return {};
  else
    return attribute(dim_index<D>(*graph_of(operands...)));
}

/// Appends a node with a new value of type Result as its result, and returns that value.
template <class Result, class... Operands>
constexpr Result emit(graph::op kind, where at, const attributes& list,
                      const Operands&... operands) {
  if constexpr (any_refused<Result>) {
    return {};
  } else {
    graph::builder& graph = *graph_of(operands...);
    graph::words<sizeof...(Operands)> words;
    (words.push(operand_word(graph, operands, at)), ...);
    const Result result = new_value<Result>(graph);
    graph.node(kind, words, result.ref().index, list, at);
    return result;
  }
}

}  // namespace tenon::detail
