// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes the hand-built graph's bytes to standard output, for objects made by the lit tests.
#include "sample_graphs.h"

#include <cstdio>

int main() {
  std::string bytes = tenon::test::tinyGpt().bytes();
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}
