// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that run a model: n tokens go in.
#include <cstdint>
#include <cstdio>

#include "gpt2.tenon.h"

int generate([[maybe_unused]] std::int64_t n) {
  // the block
  return 0;
}
