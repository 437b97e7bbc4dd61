// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names no model: linked with some through a library, it must find them all, and no others.
#include <cstdio>

#include "linked_models.hpp"

int main() {
  const std::string found = linked_models_and_metadata();
  const std::string expected =
      "embeddings\n"
      "losses, purpose is the tests, of losses, epsilon is 1e-5\n"
      "norms\n"
      "pointwise\n";
  if (found == expected) return 0;
  std::printf("linked are:\n%sthere should be:\n%s", found.c_str(), expected.c_str());
  return 1;
}
