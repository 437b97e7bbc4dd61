// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Views and rotations, decoded from the bytes of models.
#include <cmath>

#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

#include "decode.hpp"

namespace {
using namespace tenon;
using strings = std::vector<std::string>;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 7> {};
struct n_embd : dim<4> {};
struct n_head : dim<2> {};
struct n_half : dim<2> {};
struct viewed {
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto a = slice<n_half>(x);
    auto b = slice<n_half, 2>(x);
    auto y = join<n_embd>(b, a);
    auto angles = outer(along<seq>(x), param<f32, n_head>{"frequencies", ones});
    return outputs(output<"y">(y), output<"angles">(angles));
  }
};
struct pair : dim<2> {};
struct regrouped {
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto pairs = regroup<n_embd, dims<n_half, pair>>(x);
    auto turned = stack<pair>(pick<pair, 1>(pairs), pick<pair, 0>(pairs));
    auto y = regroup<dims<n_half, pair>, n_embd>(turned);
    return outputs(output<"y">(y), output<"inner">(pick<n_half, 1>(pairs)));
  }
};
struct rotated {
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    auto rotation = nn::rotary<seq>(x, nn::rotary_frequencies<n_half>(x, 100.0));
    return outputs(output<"y">(nn::rotate<n_embd>(x, rotation)));
  }
};
}  // namespace

TENON_MODEL(viewed, viewed{});
TENON_MODEL(regrouped, regrouped{});
TENON_MODEL(rotated, rotated{});

TEST_CASE("parts of rows, rows of parts, and outer products") {
  const decode::graph of = decode::read(tenon_graph_viewed);
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  CHECK(nodes == strings{"slice(%0) -> %1 : [batch, seq, n_half]",
                         "slice(%0) -> %2 : [batch, seq, n_half]",
                         "join(%2, %1) -> %3 : [batch, seq, n_embd]", "along() -> %4 : [seq]",
                         "elementwise(%4, frequencies) -> %5 : [seq, n_head]"});
  CHECK(of.nodes[0].attributes == std::vector<std::uint32_t>{0, 1});
  CHECK(of.nodes[1].attributes == std::vector<std::uint32_t>{2, 1});
  CHECK(of.nodes[2].attributes == std::vector<std::uint32_t>{1});
  CHECK(of.nodes[4].attributes ==
        std::vector<std::uint32_t>{static_cast<std::uint32_t>(graph::scalar::multiply)});
}

TEST_CASE("other dimensions for a row, and elements that take turns in it") {
  const decode::graph of = decode::read(tenon_graph_regrouped);
  strings nodes;
  std::vector<std::vector<std::uint32_t>> attributes;
  for (const decode::node& n : of.nodes) {
    nodes.push_back(of.text(n));
    attributes.push_back(n.attributes);
  }
  CHECK(nodes ==
        strings{"slice(%0) -> %1 : [batch, seq, n_half, pair]",
                "slice(%1) -> %2 : [batch, seq, n_half]", "slice(%1) -> %3 : [batch, seq, n_half]",
                "join(%2, %3) -> %4 : [batch, seq, n_half, pair]",
                "slice(%4) -> %5 : [batch, seq, n_embd]", "slice(%1) -> %6 : [batch, seq, pair]"});
  CHECK(attributes ==
        std::vector<std::vector<std::uint32_t>>{{0, 1}, {1, 2}, {0, 2}, {2}, {0, 1}, {2, 1}});
}

TEST_CASE("a rotation's frequencies are powers of its base, its nodes at the call's line") {
  const decode::graph of = decode::read(tenon_graph_rotated);
  REQUIRE(of.nodes.size() > 2);
  CHECK(of.text(of.nodes[1]) == "scale(%1) -> %2 : [n_half]");
  const double exponent = decode::f64(of.nodes[1].attributes.at(0), of.nodes[1].attributes.at(1));
  CHECK(exponent == Approx(-std::log(100.0) / 2).epsilon(1e-15));
  for (const double x : {1e-300, 0.3, 1.0, 2.0, 10000.0, 500000.0, 1e300})
    CHECK(nn::detail::logarithm(x) == Approx(std::log(x)).epsilon(1e-15));
  for (const decode::node& n : of.nodes) CHECK(n.file == __FILE__);
}
