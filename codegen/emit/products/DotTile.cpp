// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See DotTile.h.
#include "DotTile.h"
#include "Gemm.h"
#include "kernel/Bf16.h"
#include "kernel/Transpose.h"

using namespace mlir;

namespace tenon {

// Bytes of x at a time: with 1.5 MB of it, 512 rows of GPT-2, each tile waits for the third-level
// cache.
static constexpr int64_t rowBytes = 384 << 10;

int64_t DotTile::cachedRows(int64_t limit) const {
  int64_t cached = std::min(rowBytes / (depth * elementBytes()), limit), full = rows();
  return std::max<int64_t>(cached / full, 1) * full;
}

/// `lanes` lanes at element `index`, of which the first `valid` elements are read and the rest are
/// zero.
Value DotTile::loadLanes(Value base, Value index, int64_t valid) {
  if (bf16)
    return loadPairs(k, base, index, lanes, valid);
  return loadPadded(k, base, index, valid, lanes);
}

KernelBuilder::Values DotTile::accumulate(ArrayRef<Value> rowStarts, ArrayRef<Value> columnStarts,
                                          Value d, int64_t valid, ValueRange sums) {
  // The next tile's rows, from the second-level cache: worth 3 (f32) and 1 (bf16) % on a Zen 5
  // where a vector is a line. Where it is half of one, twice as many prefetches cost a third.
  if (isRun && rowStarts.size() == rows() && lanes * group() * elementBytes() == 64)
    for (Value start : rowStarts)
      k.prefetch(x, k.add(k.add(start, d), rows() * depth), element(), /*level=*/1);
  KernelBuilder::Values next(sums);
  // The operands of rows, of which a tile has fewer than columns, stay in registers, and only one
  // half of them at a time: so 2 x 3 sums of two registers fit into the 16 of AVX2.
  for (unsigned half = 0; half < parts(); ++half) {
    SmallVector<Value> rows;
    for (Value start : rowStarts)
      rows.push_back(part(loadLanes(x, k.add(start, d), valid), half));
    for (auto [j, start] : llvm::enumerate(columnStarts)) {
      Value w = part(loadLanes(weight, k.add(start, d), valid), half);
      for (auto [i, a] : llvm::enumerate(rows)) {
        Value &sum = next[i * columnStarts.size() + j];
        sum = multiply(a, w, sum);
      }
    }
  }
  return next;
}

void DotTile::emit(ArrayRef<Value> rowStarts, ArrayRef<Value> columnStarts, bool neighbours,
                   Finish finish) {
  unsigned rows = rowStarts.size(), block = columnStarts.size();
  int64_t step = lanes * group(); // elements of K that one vector holds
  int64_t whole = depth - depth % step;
  KernelBuilder::Values sums(rows * block, k.splat(0.0, lanes));
  if (whole > 0)
    sums =
        k.loop(k.index(0), k.index(whole), k.index(step), sums, [&](Value d, ValueRange carried) {
          return accumulate(rowStarts, columnStarts, d, step, carried);
        });
  if (whole < depth)
    sums = accumulate(rowStarts, columnStarts, k.index(whole), depth - whole, sums);
  // Adds up the lanes of as many of the sums at once as a register has lanes.
  for (unsigned j = 0, wide; j < block; j += wide) {
    wide = neighbours ? std::min(llvm::bit_floor(block - j), lanes) : 1;
    for (unsigned i = 0, high; i < rows; i += high) {
      high = std::min(llvm::bit_floor(rows - i), lanes / wide);
      SmallVector<Value> part;
      for (unsigned n = 0; n < high * wide; ++n)
        part.push_back(sums[(i + n / wide) * block + j + n % wide]);
      Value added = sumsOfLanes(k, part);
      if (high * wide == 1)
        finish(added, i, j);
      else
        for (unsigned r = 0; r < high; ++r)
          finish(takePiece(k, added, {r * wide, wide}), i + r, j);
    }
  }
}

} // namespace tenon
