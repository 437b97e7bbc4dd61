// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which line a call spread over several lines counts as: the same for every compiler.
#include <catch2/catch.hpp>

#include "decode.hpp"
#include "spread_out.model.cpp"

namespace {
template <class Blob>
std::vector<std::uint32_t> lines_after(unsigned line, const Blob& blob) {
  std::vector<std::uint32_t> lines;
  for (const decode::node& node : decode::read(blob).nodes) lines.push_back(node.line - line);
  return lines;
}
}  // namespace

TEST_CASE("calls over several lines count as the line of their name") {
  CHECK(lines_after(begin, tenon_graph_spread_out) ==
        std::vector<std::uint32_t>{4, 6, 9, 11, 13, 12});
}

TEST_CASE("lines inside templates are those of the template's source") {
  CHECK(lines_after(begin, tenon_graph_in_a_template) == std::vector<std::uint32_t>{23, 24, 26});
}
