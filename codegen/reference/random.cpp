// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See random.h.
#include "random.h"

#include <cmath>
#include <numbers>

namespace tenon::reference {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> x, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(0xD2511F53) * x[0], product1 = uint64_t(0xCD9E8D57) * x[2];
    x = {static_cast<uint32_t>(product1 >> 32) ^ x[1] ^ key[0], static_cast<uint32_t>(product1),
         static_cast<uint32_t>(product0 >> 32) ^ x[3] ^ key[1], static_cast<uint32_t>(product0)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return x;
}

std::array<uint32_t, 4> wordsOf(uint64_t element, const Stream &stream,
                                std::array<uint32_t, 2> key) {
  // The layer of a stack in the lower part of its word, what the number of the counter has beyond
  // 2^32 above it.
  uint64_t counter = element / 4, layer = stream.layer + stream.layers * (counter >> 32);
  return philox(
      {static_cast<uint32_t>(counter), static_cast<uint32_t>(layer), stream.number, stream.step},
      key);
}

Tensor trainingDropout(const Tensor &x, double probability, const DropoutPlace &place) {
  Tensor result = x;
  auto threshold = static_cast<uint32_t>(std::floor(probability * 4294967296.0));
  auto perSequence = static_cast<uint64_t>(x.product() / x.shape[0]);
  for (size_t i = 0; i < x.values.size(); ++i) {
    uint64_t element = static_cast<uint64_t>(place.first) * perSequence + i;
    auto words =
        wordsOf(element, {place.layer, place.layers, place.stream, place.step}, {place.seed, 0});
    result.values[i] = words[element % 4] < threshold ? 0 : x.values[i] / (1 - probability);
  }
  return result;
}

// In (0, 1), symmetric about 1/2.
static double unit(uint32_t word) { return ((word >> 8) + 0.5) / 16777216.0; }

Tensor initialValue(llvm::ArrayRef<int64_t> shape, InitKind kind, double value, uint32_t seed,
                    uint32_t layer, uint32_t layers, uint32_t stream) {
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < result.values.size(); ++i) {
    auto words = wordsOf(i, {layer, layers, stream, 0}, {seed, 1});
    switch (kind) {
    case InitKind::Zeros:
      break;
    case InitKind::Ones:
      result.values[i] = 1;
      break;
    case InitKind::Uniform:
      result.values[i] = value * (2 * unit(words[i % 4]) - 1);
      break;
    case InitKind::Normal:
    case InitKind::ScaledNormal: {
      size_t pair = i / 2 % 2;
      double radius = std::sqrt(-2 * std::log(unit(words[2 * pair])));
      double angle = 2 * std::numbers::pi * unit(words[2 * pair + 1]);
      result.values[i] = value * radius * (i % 2 ? std::sin(angle) : std::cos(angle));
      break;
    }
    }
  }
  return result;
}

} // namespace tenon::reference
