// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that train a model: a text of batches, and a plan for the learning
// rate.
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "gpt2.tenon.h"

namespace rt = tenon::runtime;

int train([[maybe_unused]] std::span<const std::int32_t> ids,
          [[maybe_unused]] std::span<const std::int32_t> targets, [[maybe_unused]] std::int64_t B,
          [[maybe_unused]] std::int64_t T, [[maybe_unused]] float (*learning_rate)(std::int32_t),
          [[maybe_unused]] std::span<float> values) {
  [[maybe_unused]] float loss = 0, norm = 0;
  // the block
  return 0;
}
