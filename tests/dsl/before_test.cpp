// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of earlier tokens, decoded from their bytes: several of them have one state, in layers one
// for each.
#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

#include "decode.hpp"

namespace {
using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 7> {};
struct n_block : dim<7> {};
struct n_head : dim<2> {};
struct n_embd : dim<4> {};
struct n_layer : dim<5> {};

using heads = tensor<f32, batch, seq, n_head, n_embd>;
struct shifted {
  kept<f32, batch, n_block, n_head, n_embd> rows{"rows"};
  constexpr auto operator()(heads x) const {
    auto [x1, x3] = before<1, 3>(x, rows);
    return x1 + x3;
  }
};
struct of_earlier_tokens {
  kept<f32, batch, n_block, n_head, n_embd> rows{"first"};
  constexpr auto operator()(input<"x", f32, batch, seq, n_head, n_embd> x) const {
    auto y = before<2>(x, rows);
    return outputs(output<"y">(repeat<n_layer>("h", shifted{}, y)));
  }
};
static_assert(std::is_same_v<decltype(before<2>(std::declval<heads>(), shifted{}.rows)), heads>);
static_assert(std::is_same_v<decltype(before<1, 2, 9>(std::declval<heads>(), shifted{}.rows)),
                             std::tuple<heads, heads, heads>>);
}  // namespace

TENON_MODEL(of_earlier_tokens, of_earlier_tokens{});

TEST_CASE("rows of earlier tokens: nodes, their distances, their states") {
  using strings = std::vector<std::string>;
  const decode::graph of = decode::read(tenon_graph_of_earlier_tokens);
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  CHECK(nodes == strings{"before(%0, first) -> %1 : [batch, seq, n_head, n_embd]",
                         "repeat(%1) -> %2 : [batch, seq, n_head, n_embd]",
                         "before(%2, h.{}.rows) -> %3 : [batch, seq, n_head, n_embd]",
                         "before(%2, h.{}.rows) -> %4 : [batch, seq, n_head, n_embd]",
                         "add(%3, %4) -> %5 : [batch, seq, n_head, n_embd]",
                         "yield(%5) -> %6 : [batch, seq, n_head, n_embd]"});
  REQUIRE(of.nodes.size() == 6);
  CHECK(of.nodes[0].attributes == std::vector<std::uint32_t>{2});
  CHECK(of.nodes[2].attributes == std::vector<std::uint32_t>{1});
  CHECK(of.nodes[3].attributes == std::vector<std::uint32_t>{3});
  REQUIRE(of.states.size() == 2);
  for (const decode::state& state : of.states) {
    CHECK(state.kind == graph::state_kind::rows);
    strings dims;
    for (const std::uint32_t dim : state.dims) dims.push_back(of.dims.at(dim).name);
    CHECK(dims == strings{"batch", "n_block", "n_head", "n_embd"});
  }
  CHECK(of.states[0].repeat == 0);
  CHECK(of.dims.at(of.states[1].repeat - 1).name == "n_layer");
}
