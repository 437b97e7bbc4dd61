// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Transpose.h.
#include "Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

// Eklundh 1972: swap the off-diagonal quarters, then do so in each quarter.
SmallVector<Value> transposeVectors(KernelBuilder &k, ArrayRef<Value> vectors) {
  SmallVector<Value> rows(vectors);
  int64_t n = rows.size();
  for (int64_t half = n / 2; half >= 1; half /= 2)
    for (int64_t i = 0; i < n; ++i) {
      if (i & half)
        continue;
      SmallVector<int64_t> upper, lower;
      for (int64_t lane = 0; lane < n; ++lane) {
        bool right = lane & half;
        upper.push_back(right ? n + lane - half : lane);
        lower.push_back(right ? n + lane : lane + half);
      }
      Value x = rows[i], y = rows[i + half];
      rows[i] = vector::ShuffleOp::create(k.b, k.loc, x, y, upper);
      rows[i + half] = vector::ShuffleOp::create(k.b, k.loc, x, y, lower);
    }
  return rows;
}

// Two registers are shuffled by one instruction where each 128 bits of the result take the same
// places (x86), or where that is all they have (NEON).
static constexpr int64_t blockLanes = 4;

/// The lanes of `x`, then of `y` if there is one, are runs of 2 * half sums in the making: adds the
/// two halves of each. Within a block, or, for halves that are blocks, within the whole register,
/// the runs of x come first.
static Value addHalves(KernelBuilder &k, Value x, Value y, int64_t half) {
  int64_t lanes = lanesOf(x), block = half < blockLanes ? std::min(blockLanes, lanes) : lanes;
  SmallVector<int64_t> lower, upper;
  for (int64_t begin = 0; begin < lanes; begin += block)
    for (int64_t from : {int64_t(0), y ? lanes : -1})
      for (int64_t lane = begin; from >= 0 && lane < begin + block; ++lane)
        if (!(lane & half)) {
          lower.push_back(from + lane);
          upper.push_back(from + lane + half);
        }
  Value other = y ? y : x;
  Value low = vector::ShuffleOp::create(k.b, k.loc, x, other, lower);
  Value high = vector::ShuffleOp::create(k.b, k.loc, x, other, upper);
  return k.addf(low, high);
}

Value sumsOfLanes(KernelBuilder &k, ArrayRef<Value> vectors) {
  int64_t count = vectors.size(), lanes = lanesOf(vectors.front());
  if (count == 1)
    return k.reduceAdd(vectors.front());
  SmallVector<Value> parts(vectors);
  // Which vectors meet at a step is chosen so that the sums end in order: the first steps choose
  // the block that a sum ends in, the later ones the place within.
  int64_t blocks = std::min(std::max(lanes / blockLanes, int64_t(1)), count);
  int64_t nextBlock = count / blocks, nextPlace = 1, left = count;
  for (int64_t half = lanes / 2; half >= 1; half /= 2) {
    if (left == 1) {
      parts[0] = addHalves(k, parts[0], {}, half);
      continue;
    }
    int64_t &distance = half < blockLanes ? nextPlace : nextBlock;
    for (int64_t i = 0; i < count; ++i)
      if (parts[i] && !(i & distance))
        parts[i] = addHalves(k, parts[i], std::exchange(parts[i + distance], {}), half);
    distance *= 2, left /= 2;
  }
  return parts[0];
}

} // namespace tenon
