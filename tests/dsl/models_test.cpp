// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ties, several models in a file, element types, and a graph as long as the capacities allow.
#define TENON_MAX_NODES 4096
#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>
#include <type_traits>
#include <utility>

#include "decode.hpp"

namespace {
using namespace tenon;
// This file's capacities differ from others' of the program, and so does the type that has them.
static_assert(!std::is_same_v<graph::builder, graph::builder_of<1024, 256, 16384>>);
struct batch : dyn<1, 2> {};
struct n : dim<4> {};
struct m : dim<6> {};

struct tie {
  param<f32, m, n> table{"table", gpt2_normal};
  param<f32, m, n> head{"table", gpt2_normal};  // the same parameter under another C++ name
  constexpr auto operator()(input<"ids", i32, batch> ids) const {
    return outputs(output<"y">(tied_head(embedding(table, ids), head)));
  }
};

struct in_bf16 {
  param<bf16, n, m> w{"w", zeros};
  constexpr auto operator()(input<"x", bf16, batch, n> x) const {
    auto [y, z] = fused(x, [&](auto x) { return std::pair(linear(x, w), x + x); });
    return outputs(output<"y">(y), output<"z">(z));
  }
};

struct double_precision {
  constexpr auto operator()(input<"x", f64, n> x) const {
    return outputs(output<"y">(scale(x, 0.1)));
  }
};

constexpr std::size_t n_residuals = 1000;
struct long_chain {
  constexpr auto operator()(input<"x", f32, n> x) const {
    auto y = dropout(x, 0.0);
    for (std::size_t i = 0; i < n_residuals; ++i) y = y + gelu(y, gelu_tanh);
    return outputs(output<"y">(y));
  }
};
}  // namespace

TENON_MODEL(one_table, tie{});
TENON_MODEL(bf16_model, in_bf16{});
TENON_MODEL(f64_model, double_precision{});
TENON_MODEL(long_chain, long_chain{});

TEST_CASE("two parameters of one name are one") {
  const decode::graph g = decode::read(tenon_graph_one_table);
  REQUIRE(g.params.size() == 1);
  CHECK(g.text(g.nodes[0]) == "embedding(table, %0) -> %1 : [batch, n]");
  CHECK(g.text(g.nodes[1]) == "linear(%1, table) -> %2 : [batch, m]");
}

TEST_CASE("element types are recorded") {
  const decode::graph b = decode::read(tenon_graph_bf16_model);
  CHECK(b.params.at(0).type == graph::dtype::bf16);
  for (const decode::value& v : b.values) CHECK(v.type == graph::dtype::bf16);
  CHECK(decode::read(tenon_graph_f64_model).values.at(1).type == graph::dtype::f64);
}

TEST_CASE("a scope may return several tensors") {
  const decode::graph g = decode::read(tenon_graph_bf16_model);
  CHECK(g.nodes.size() == 2);
  for (const decode::node& node : g.nodes) CHECK(node.scope == 1);
}

TEST_CASE("a thousand residuals are traced within the compilers' default limits") {
  const decode::graph g = decode::read(tenon_graph_long_chain);
  REQUIRE(g.nodes.size() == 1 + 2 * n_residuals);
  CHECK(g.text(g.nodes.back()) == "add(%1999, %2000) -> %2001 : [n]");
}
