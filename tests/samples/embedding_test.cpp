// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program embedding: its comparison of a GPU with the CPU, and how it fails.
#include <catch2/catch.hpp>

#include "program.hpp"

using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> little{"--batch", "3", "--seq", "70", "--runs", "2"};

bool has_vulkan(const outcome& found) {
  if (found.output.find("vulkan: not there: ") == std::string::npos) return true;
  WARN("[skipped] " << found.output.substr(found.output.find("vulkan: not there: ")));
  return false;
}

}  // namespace

TEST_CASE("embedding: a GPU computes what the CPU computes, with a table that fits it") {
  const outcome found = run_program(TENON_EMBEDDING_SMALL, little);
  INFO(found.output << found.errors);
  CHECK(found.code == 0);
  CHECK_THAT(found.output, Contains("cpu: x86-64") || Contains("cpu: aarch64"));
  if (!has_vulkan(found)) return;
  CHECK(found.errors.empty());
  // Once for the sums, which are exact, and once with the norm.
  const std::size_t sums = found.output.find("largest difference from the CPU 0\n");
  REQUIRE(sums != std::string::npos);
  CHECK(found.output.find("largest difference from the CPU ", sums + 1) != std::string::npos);
}

TEST_CASE("embedding: a device that is there and cannot run the model is an error") {
  const outcome found = run_program(TENON_EMBEDDING, {"--batch", "1", "--seq", "8", "--runs", "1"});
  INFO(found.output << found.errors);
  if (!has_vulkan(found)) return;
  if (found.code == 0) {  // a GPU whose buffers hold the table
    CHECK_THAT(found.output, Contains("largest difference from the CPU"));
    return;
  }
  CHECK(found.code == 1);
  CHECK_THAT(found.errors, Contains("embedding: vulkan: ") && Contains("wte.weight"));
}
