// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The GPT-2 sample in its published sizes and as a small model: names and counts of parameters.
#include <catch2/catch.hpp>
#include <string>

#include "decode.hpp"

// Compiled from samples/gpt2/gpt2.model.cpp, once for each name; see CMakeLists.txt.
extern "C" {
extern const unsigned char tenon_graph_gpt2_small[], tenon_graph_gpt2_medium[],
    tenon_graph_gpt2_large[], tenon_graph_gpt2_xl[], tenon_graph_tiny[];
}

namespace {
decode::graph read(const unsigned char* bytes) {
  const unsigned char* size = bytes + 4 * tenon::graph::header::total_bytes;
  return decode::graph(bytes, size[0] | size[1] << 8 | size[2] << 16);
}

std::uint64_t n_parameters(const decode::graph& g) {
  std::uint64_t total = 0;
  for (const decode::param& p : g.params) {
    std::uint64_t elements = p.repeat == 0 ? 1 : g.dims.at(p.repeat - 1).max;
    for (std::uint32_t d : p.dims) elements *= g.dims.at(d).max;
    total += elements;
  }
  return total;
}

std::vector<std::string> parameter_names(const decode::graph& g) {
  std::vector<std::string> names;
  for (const decode::param& p : g.params) names.push_back(p.name);
  return names;
}
}  // namespace

TEST_CASE("GPT-2's four sizes have their published numbers of parameters") {
  CHECK(n_parameters(read(tenon_graph_gpt2_small)) == 124439808);
  CHECK(n_parameters(read(tenon_graph_gpt2_medium)) == 354823168);
  CHECK(n_parameters(read(tenon_graph_gpt2_large)) == 774030080);
  CHECK(n_parameters(read(tenon_graph_gpt2_xl)) == 1557611200);
}

TEST_CASE("the parameters are named as in a Hugging Face checkpoint") {
  CHECK(parameter_names(read(tenon_graph_gpt2_small)) ==
        std::vector<std::string>{"wte.weight", "wpe.weight", "h.{}.ln_1.weight", "h.{}.ln_1.bias",
                                 "h.{}.attn.c_attn.weight", "h.{}.attn.c_attn.bias",
                                 "h.{}.attn.c_proj.weight", "h.{}.attn.c_proj.bias",
                                 "h.{}.ln_2.weight", "h.{}.ln_2.bias", "h.{}.mlp.c_fc.weight",
                                 "h.{}.mlp.c_fc.bias", "h.{}.mlp.c_proj.weight",
                                 "h.{}.mlp.c_proj.bias", "ln_f.weight", "ln_f.bias"});
}

TEST_CASE("a small model without biases takes its numbers from the definitions") {
  const decode::graph g = read(tenon_graph_tiny);
  CHECK(parameter_names(g) ==
        std::vector<std::string>{"wte.weight", "wpe.weight", "h.{}.ln_1.weight",
                                 "h.{}.attn.c_attn.weight", "h.{}.attn.c_proj.weight",
                                 "h.{}.ln_2.weight", "h.{}.mlp.c_fc.weight",
                                 "h.{}.mlp.c_proj.weight", "ln_f.weight"});
  // V C + T C + L (2 C + 12 C C) + C
  CHECK(n_parameters(g) == 65u * 32 + 16 * 32 + 2 * (2 * 32 + 12 * 32 * 32) + 32);
  for (const decode::node& n : g.nodes) {
    if (n.op == tenon::graph::op::gelu)
      CHECK(n.attributes.at(0) == static_cast<std::uint32_t>(tenon::graph::gelu_kind::erf));
    if (n.op == tenon::graph::op::dropout)
      CHECK(decode::f64(n.attributes.at(0), n.attributes.at(1)) == 0.2);
  }
}
