// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that call a model by its names.
#include <cstdint>
#include <cstdio>
#include <span>

#include <tenon/runtime/named_call.hpp>
#include <tenon/runtime/session.hpp>
#include <tenon/runtime/weights.hpp>

namespace rt = tenon::runtime;

int run(rt::model model, const rt::weights& weights, std::span<const std::int32_t> ids,
        std::span<float> logits, std::int64_t n) {
  // the block
  return 0;
}
