// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A graph of `.tenon.graph` as plain data: what the reader returns and the importer takes.
// Every index in it is inside its table; types, arity and nesting of operations are checked later.
#pragma once
#include "tenon/graph/format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon {

struct Graph {
  struct Line {
    std::string file;
    uint32_t line = 0;
  };
  struct Dim {
    std::string name;
    uint32_t min = 0, max = 0;
  };
  using Dims = std::vector<uint32_t>; // indices into `dims`
  struct Param {
    std::string name; // with "{}" for the layer's number where `layers` is given
    graph::dtype dtype{};
    Dims dims;
    graph::init init{};
    double initValue = 0;
    std::optional<uint32_t> layers; // index into `dims`
    Line line;
  };
  struct State {
    std::string name;
    graph::state_kind kind{};
    graph::dtype dtype{};
    Dims dims;
    std::optional<uint32_t> layers; // index into `dims`
    Line line;
  };
  struct Stored { // what a name in a checkpoint means
    std::string name;
    graph::stored_kind kind{};
    std::optional<uint32_t> param; // whose name it is: index into `params`
  };
  struct Port { // an input or an output
    std::string name;
    uint32_t value = 0; // index into `values`
  };
  struct Value {
    graph::dtype dtype{};
    Dims dims;
  };
  struct Operand {
    graph::operand_kind kind{};
    uint32_t index = 0; // into `values`, `params` or `states`
  };
  struct Node {
    graph::op op{};
    std::vector<Operand> operands;
    std::vector<uint32_t> results; // indices into `values`
    std::vector<uint32_t> attrs;   // words; their meaning stands with TENON_OPS
    std::optional<uint32_t> scope; // index into `scopes`
    Line line;
  };

  std::string name;
  std::string machine; // "x86-64", "aarch64", ...: what the object was compiled for
  std::vector<Dim> dims;
  std::vector<Param> params;
  std::vector<State> states;
  std::vector<Port> inputs, outputs;
  std::vector<Value> values;
  std::vector<Line> scopes; // the `fused(...)` of the source
  std::vector<Node> nodes;
  std::vector<Stored> stored;
};

} // namespace tenon
