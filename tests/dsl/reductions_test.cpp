// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions and what is made of them, decoded from their bytes.
#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

#include "decode.hpp"

namespace {
using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 7> {};
struct n_embd : dim<4> {};

using strings = std::vector<std::string>;

constexpr std::uint32_t norms_line = __LINE__;
struct norms {
  nn::rms_norm<n_embd> norm{"norm", 0.5};
  constexpr auto operator()(input<"x", f32, batch, n_embd> x, input<"y", f32, batch> y) const {
    return outputs(output<"z">(norm(x) + y), output<"least">(max<n_embd>(x)));
  }
};
}  // namespace

TEST_CASE("a norm by root mean squares is arithmetic at the line of its call") {
  static constexpr auto traced = trace("norms", norms{}, 0);
  constexpr auto blob = encode<traced>();
  const decode::graph of = decode::read(blob);
  strings nodes;
  for (const decode::node& n : of.nodes) {
    nodes.push_back(of.text(n));
    CHECK(n.line == norms_line + 4);
  }
  CHECK(nodes ==
        strings{"elementwise(%0, %0) -> %2 : [batch, n_embd]", "reduce(%2) -> %3 : [batch]",
                "scale(%3) -> %4 : [batch]", "number() -> %5 : []", "add(%4, %5) -> %6 : [batch]",
                "elementwise(%6) -> %7 : [batch]", "elementwise(%0, %7) -> %8 : [batch, n_embd]",
                "elementwise(%8, norm.weight) -> %9 : [batch, n_embd]",
                "add(%9, %1) -> %10 : [batch, n_embd]", "reduce(%0) -> %11 : [batch]"});
  const auto reduces = [&](unsigned node, graph::reduction kind, const char* dim) {
    CHECK(of.nodes.at(node).attributes.at(0) == static_cast<std::uint32_t>(kind));
    CHECK(of.dims.at(of.nodes.at(node).attributes.at(1)).name == dim);
  };
  reduces(1, graph::reduction::sum, "n_embd");
  reduces(9, graph::reduction::max, "n_embd");
  CHECK(of.params.at(0).line == norms_line + 4);
}

namespace {
struct pooled {
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"lengths", i32, batch> lengths) const {
    auto n = as_f32(lengths);
    return outputs(output<"mean">(sum<seq>(choose(along<seq>(x) < n, x, 0)) / n));
  }
};
}  // namespace

TEST_CASE("tokens add up; lengths are integers") {
  static constexpr auto traced = trace("pooled", pooled{}, 0);
  constexpr auto blob = encode<traced>();
  const decode::graph of = decode::read(blob);
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  CHECK(nodes == strings{"elementwise(%1) -> %2 : [batch]", "along() -> %3 : [seq]",
                         "number() -> %4 : []",
                         "elementwise(%3, %2, %0, %4) -> %5 : [batch, seq, n_embd]",
                         "reduce(%5) -> %6 : [batch, n_embd]",
                         "elementwise(%6, %2) -> %7 : [batch, n_embd]"});
  CHECK(of.nodes.at(0).attributes ==
        std::vector<std::uint32_t>{static_cast<std::uint32_t>(graph::scalar::as_f32)});
  CHECK(of.dims.at(of.nodes.at(4).attributes.at(1)).name == "seq");
}
