// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model with experts, decoded from its bytes.
#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

#include "decode.hpp"

namespace {
using namespace tenon;

struct batch : dyn<1, 3> {};
struct n_block : dim<7> {};
struct n_embd : dim<4> {};
struct n_layer : dim<5> {};
struct n_expert : dim<5> {};
struct n_active : dim<2> {};
struct experts {
  param<f32, n_expert, n_embd> router{"router", ones};
  param<f32, n_expert, n_block, n_embd> up{"experts.{}.up.weight", ones};
  param<f32, n_expert, n_embd, n_block> down{"down", ones};
  param<f32, n_expert, n_embd> bias{"experts.{}.bias", ones};
  constexpr auto operator()(tensor<f32, batch, n_embd> x) const {
    auto [score, expert] = top_k<n_expert, n_active>(linear(x, router));
    auto y = linear(linear(x, gather(up, expert)), gather(down, expert), gather(bias, expert));
    return sum<n_active>(y * softmax<n_active>(score));
  }
};
struct of_experts {
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    auto y = repeat<n_layer>("h", experts{}, x);
    auto one = top_k<n_expert, n_active>(linear(y, param<f32, n_expert, n_embd>{"head", ones}));
    return outputs(output<"y">(one.values));
  }
};
}  // namespace

TENON_MODEL(of_experts, of_experts{});

TEST_CASE("experts: choices, products with what they name, a name for each part") {
  using strings = std::vector<std::string>;
  const decode::graph of = decode::read(tenon_graph_of_experts);
  strings params;
  for (const decode::param& param : of.params) params.push_back(param.name);
  CHECK(params == strings{"h.{}.router", "h.{}.experts.{}.up.weight", "h.{}.experts.{}.bias",
                          "h.{}.down", "head"});
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  REQUIRE(nodes.size() == 19);
  CHECK(strings(nodes.begin(), nodes.begin() + 13) ==
        strings{
            "repeat(%0) -> %1 : [batch, n_embd]",
            "linear(%1, h.{}.router) -> %2 : [batch, n_expert]",
            "top_k(%2) -> %3 : [batch, n_active]", "take(%2, %3) -> %4 : [batch, n_active]",
            "gathered_linear(%1, h.{}.experts.{}.up.weight, %3) -> %5 : [batch, n_active, n_block]",
            "embedding(h.{}.experts.{}.bias, %3) -> %6 : [batch, n_active, n_embd]",
            "gathered_linear(%5, h.{}.down, %3) -> %7 : [batch, n_active, n_embd]",
            "add(%7, %6) -> %8 : [batch, n_active, n_embd]", "reduce(%4) -> %9 : [batch]",
            "elementwise(%4, %9) -> %10 : [batch, n_active]",
            "elementwise(%10) -> %11 : [batch, n_active]", "reduce(%11) -> %12 : [batch]",
            "elementwise(%11, %12) -> %13 : [batch, n_active]"});
  CHECK(nodes.back() == "take(%17, %18) -> %19 : [batch, n_active]");
}
