// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The reader: every field of the format, one message a kind of damage, and no crash on any bytes.
#include "reader.h"

#include "sample_graphs.h"

#include <catch2/catch.hpp>

#include <random>

using namespace tenon;
using namespace tenon::test;
using graph::table;

namespace {
// From memory of just that size, so that a sanitizer sees what reads behind it.
llvm::Expected<std::vector<Graph>> readExactly(const std::string &bytes) {
  std::vector<char> exact(bytes.begin(), bytes.end());
  return readSection({exact.data(), exact.size()}, "x86-64");
}

Graph readOne(const std::string &bytes) {
  auto graphs = readExactly(bytes);
  INFO((graphs ? "" : llvm::toString(graphs.takeError())));
  REQUIRE(static_cast<bool>(graphs));
  REQUIRE(graphs->size() == 1);
  return graphs->front();
}

std::string messageOf(const std::string &bytes) {
  auto graphs = readExactly(bytes);
  return graphs ? "no error" : llvm::toString(graphs.takeError());
}

void setWord(std::string &bytes, size_t index, uint32_t value) {
  for (int i = 0; i < 4; ++i)
    bytes[index * 4 + i] = static_cast<char>(value >> (8 * i));
}

// Reads bytes that may be anything; errors count as an answer, a crash does not.
bool isRead(const std::string &bytes) {
  auto graphs = readExactly(bytes);
  if (graphs)
    return !graphs->empty();
  return llvm::toString(graphs.takeError()).empty();
}
} // namespace

TEST_CASE("reader: every field arrives") {
  Graph graph = readOne(tinyGpt().bytes());
  CHECK(graph.name == "tiny_gpt");
  CHECK(graph.machine == "x86-64");
  REQUIRE(graph.dims.size() == 8);
  CHECK(graph.dims[1].name == "seq");
  CHECK(graph.dims[1].min == 1);
  CHECK(graph.dims[1].max == 8);
  REQUIRE(graph.params.size() == 6);
  CHECK(graph.params[4].name == "h.{}.attn.c_attn.weight");
  CHECK(graph.params[4].dtype == graph::dtype::f32);
  CHECK(graph.params[4].dims == Graph::Dims{4, 5});
  CHECK(graph.params[4].init == graph::init::normal);
  CHECK(graph.params[4].initValue == 0.02);
  CHECK(graph.params[4].layers == 7u);
  CHECK_FALSE(graph.params[0].layers.has_value());
  CHECK(graph.params[0].line.file == "model.cpp");
  CHECK(graph.params[0].line.line == 3);
  REQUIRE(graph.states.size() == 1);
  CHECK(graph.states[0].name == "h.{}.attn.cache");
  CHECK(graph.states[0].dims == Graph::Dims{0, 3, 4});
  CHECK(graph.states[0].layers == 7u);
  CHECK(graph.states[0].line.line == 4);
  REQUIRE(graph.inputs.size() == 2);
  CHECK(graph.inputs[1].name == "targets");
  CHECK(graph.inputs[1].value == 1);
  REQUIRE(graph.outputs.size() == 2);
  CHECK(graph.outputs[1].name == "loss");
  CHECK(graph.values[0].dtype == graph::dtype::i32);
  CHECK(graph.values[0].dims == Graph::Dims{0, 1});
  REQUIRE(graph.scopes.size() == 1);
  CHECK(graph.scopes[0].line == 10);
  REQUIRE(graph.stored.size() == 3);
  CHECK(graph.stored[0].kind == graph::stored_kind::prefix);
  CHECK(graph.stored[1].name == "h.{}.attn.mask");
  CHECK_FALSE(graph.stored[1].param.has_value());
  CHECK(graph.stored[2].param == 0u);
  REQUIRE(graph.nodes.size() == 15);
  const Graph::Node &embedding = graph.nodes[0], &attention = graph.nodes[8];
  CHECK(embedding.op == graph::op::embedding);
  CHECK(embedding.operands[0].kind == graph::operand_kind::param);
  CHECK(embedding.operands[1].kind == graph::operand_kind::value);
  CHECK(embedding.scope == 0u);
  CHECK(embedding.line.line == 11);
  CHECK(attention.op == graph::op::attention);
  CHECK(attention.operands[1].kind == graph::operand_kind::state);
  CHECK(attention.operands[1].index == 0);
  CHECK(attention.attrs == std::vector<uint32_t>{6});
  CHECK_FALSE(attention.scope.has_value());
}

TEST_CASE("reader: several graphs with padding between them") {
  GraphBuilder other("other");
  std::string pad(graph::alignment, '\0');
  auto graphs = readSection(pad + tinyGpt().bytes() + pad + pad + other.bytes() + pad, "aarch64");
  REQUIRE(static_cast<bool>(graphs));
  REQUIRE(graphs->size() == 2);
  CHECK((*graphs)[0].name == "tiny_gpt");
  CHECK((*graphs)[1].name == "other");
  CHECK((*graphs)[1].machine == "aarch64");
  CHECK(messageOf(other.bytes() + other.bytes()) ==
        "two models are named 'other'; rename one of them");
}

TEST_CASE("reader: what stands before the checksum") {
  using Catch::Contains;
  std::string bytes = tinyGpt().bytes();
  auto size = std::to_string(bytes.size());
  CHECK_THAT(messageOf(std::string(128, '\0')), Contains("holds no graph"));
  CHECK_THAT(messageOf("x" + bytes), Contains("no graph begins at byte 0 of section .tenon.graph"));
  CHECK(
      messageOf(tinyGpt().bytes(4)) ==
      "the model was written by a newer DSL: its format is version 4, this tenonc reads 3; compile "
      "it with the headers that came with this tenonc, or use a newer tenonc");
  CHECK_THAT(messageOf(tinyGpt().bytes(0)), Contains("older DSL: its format is version 0"));
  CHECK_THAT(messageOf(bytes.substr(0, 40)),
             Contains("truncated: 40 bytes are left of a header of 72"));
  CHECK_THAT(messageOf(bytes.substr(0, bytes.size() - graph::alignment)),
             Contains("truncated: it has " + size + " bytes"));
  std::string altered = bytes;
  altered[200] ^= 1;
  CHECK_THAT(messageOf(altered), Contains("altered after compilation"));
  setWord(altered, graph::header::total_bytes, 12);
  CHECK_THAT(messageOf(altered), Contains("size of 12 bytes"));
}

TEST_CASE("reader: damaged records name themselves and what is wrong") {
  struct Damage {
    table where;
    uint32_t record, field, value;
    std::string message;
  };
  namespace f = graph;
  const Damage damages[] = {
      {table::dims, 2, f::dim_record::min, 0, "dimension 2: 'n_vocab' has bounds 0 to 11"},
      {table::dims, 2, f::dim_record::max, 5, "dimension 2: 'n_vocab' has bounds 11 to 5"},
      {table::dims, 0, f::dim_record::name_length, 0, "dimension 0: name is empty"},
      {table::dims, 0, f::dim_record::name_offset, ~0u,
       "dimension 0: name ends at byte 4294967300"},
      {table::params, 1, f::param_record::dtype, 4, "parameter 1: element type 4 is unknown"},
      {table::params, 1, f::param_record::rank, 9, "parameter 1: rank 9 is above 8"},
      {table::params, 1, f::param_record::dims_begin, ~0u, "parameter 1: dimensions end at word"},
      {table::params, 1, f::param_record::init, 5, "parameter 1: initialisation 5 is unknown"},
      {table::params, 1, f::param_record::repeat, 9, "layers dimension 8 is not below 8"},
      {table::states, 0, f::state_record::kind, 2, "state 0: kind 2 is unknown"},
      {table::inputs, 1, f::input_record::value, 99, "input 1: value 99 is not below"},
      {table::outputs, 1, f::output_record::value, 99, "output 1: value 99 is not below"},
      {table::values, 3, f::value_record::dtype, ~0u,
       "value 3: element type 4294967295 is unknown"},
      {table::scopes, 0, f::scope_record::file_length, 99999, "fused scope 0: file name ends at"},
      {table::nodes, 4, f::node_record::op, f::n_ops,
       "node 4: operation " + std::to_string(f::n_ops) + " is unknown"},
      {table::nodes, 4, f::node_record::operands_count, 2,
       "node 4: dropout has 2 operands, its row of TENON_OPS allows 1 to 1"},
      {table::nodes, 4, f::node_record::results_count, 0, "node 4: dropout has 0 results"},
      {table::nodes, 4, f::node_record::attrs_count, 1, "node 4: dropout has 1 attribute words"},
      {table::nodes, 4, f::node_record::operands_begin, ~0u, "node 4: operands end at word"},
      {table::nodes, 4, f::node_record::scope, 3, "node 4: fused scope 2 is not below 1"},
      {table::nodes, 5, f::node_record::results_count, 2, "node 5: repeat has 2 results"},
      {table::stored, 1, f::stored_record::kind, f::n_stored_kinds,
       "checkpoint name 1: kind 7 is unknown"},
      {table::stored, 2, f::stored_record::param, 7,
       "checkpoint name 2: parameter 6 is not below 6"},
      {table::stored, 0, f::stored_record::name_length, 0, "checkpoint name 0: name is empty"},
  };
  for (const Damage &damage : damages) {
    GraphBuilder builder = tinyGpt();
    builder.word(damage.where, damage.record, damage.field) = damage.value;
    CHECK_THAT(messageOf(builder.bytes()),
               Catch::Contains("the graph is damaged: ") && Catch::Contains(damage.message));
  }
}

TEST_CASE("reader: operands of an unknown kind or outside of their table") {
  for (auto [operand, message] : {std::pair{~0u, "operand kind 3 is unknown"},
                                  {param(9), "operand 9 is not below 0"},
                                  {state(0), "operand 0 is not below 0"},
                                  {7u, "operand 7 is not below 1"}}) {
    GraphBuilder builder("damaged");
    uint32_t x = builder.value(graph::dtype::f32, {});
    builder.node(graph::op::gelu, {operand}, {x}, {0}, 1);
    CHECK_THAT(messageOf(builder.bytes()), Catch::Contains(message));
  }
}

TEST_CASE("reader: tensors that no memory holds") {
  GraphBuilder builder("huge");
  uint32_t wide = builder.dim("wide", 1u << 30, 1u << 30);
  builder.value(graph::dtype::f32, {wide, wide, wide});
  CHECK_THAT(messageOf(builder.bytes()), Catch::Contains("more than any memory holds"));
}

TEST_CASE("reader: tables that do not fill the graph") {
  std::string bytes = tinyGpt().bytes();
  bytes.resize(bytes.size() + graph::alignment);
  setWord(bytes, graph::header::total_bytes, static_cast<uint32_t>(bytes.size()));
  fixChecksum(bytes);
  CHECK_THAT(messageOf(bytes),
             Catch::Contains("its tables take") &&
                 Catch::Contains("the graph has " + std::to_string(bytes.size())));
}

TEST_CASE("reader: any truncation is refused") {
  std::string bytes = tinyGpt().bytes();
  for (size_t size = 1; size < bytes.size(); ++size) {
    std::string cut = bytes.substr(0, size);
    CHECK_FALSE(isRead(cut));
    std::string shorter = cut; // with a size and a checksum that fit
    if (size >= graph::header::words * 4) {
      shorter.resize(size / graph::alignment * graph::alignment);
      setWord(shorter, graph::header::total_bytes, static_cast<uint32_t>(shorter.size()));
      fixChecksum(shorter);
      CHECK_FALSE(isRead(shorter));
    }
  }
}

TEST_CASE("reader: no byte flip crashes it, with the checksum left or made right again") {
  const std::string bytes = tinyGpt().bytes();
  std::mt19937 random(20240501); // the standard fixes this sequence
  size_t accepted = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string mutant = bytes;
    for (size_t flips = 1 + random() % 4; flips > 0; --flips)
      mutant[random() % mutant.size()] = static_cast<char>(random() % 3 ? random() : 0xFF);
    if (mutant != bytes)
      CHECK_FALSE(isRead(mutant));
    fixChecksum(mutant);
    accepted += isRead(mutant);
  }
  CHECK(accepted > 0); // the checksum was made right: some flips only change a name or a number
  CHECK(accepted < 6000);
}
