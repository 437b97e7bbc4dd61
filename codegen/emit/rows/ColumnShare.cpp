// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ColumnShare.h.
#include "ColumnShare.h"

using namespace mlir;

namespace tenon {

static constexpr unsigned turnVectors = 4;

ColumnShare ColumnShare::of(KernelBuilder &k, int64_t columns) {
  auto [begin, end] = k.share(k.index(llvm::divideCeil(columns, lineElements)));
  return {k.mul(begin, lineElements), k.min(k.mul(end, lineElements), k.index(columns)), columns};
}

ColumnShare ColumnShare::whole(KernelBuilder &k, int64_t columns) {
  return {k.index(0), k.index(columns), columns};
}

/// Whole vectors, then smaller pieces.
static SmallVector<Piece> piecesOf(int64_t count, unsigned lanes) {
  SmallVector<Piece> pieces;
  for (int64_t i = 0; i + lanes <= count; i += lanes)
    pieces.push_back({i, lanes});
  pieces.append(tailPieces(count, lanes));
  return pieces;
}

void forRuns(KernelBuilder &k, const ColumnShare &share, unsigned vectors,
             llvm::function_ref<void(Value, ArrayRef<Piece>)> body) {
  constexpr int64_t line = ColumnShare::lineElements;
  int64_t lanes = k.target.lanes, extent = vectors * lanes;
  int64_t rest = share.columns % line, full = share.columns - rest;
  auto run = [&](Value begin, Value end, int64_t step) {
    k.loop(begin, end, step, [&](Value column) { body(column, piecesOf(step, lanes)); });
  };
  Value end = k.min(share.end, k.index(full));
  Value count = k.sub(end, k.min(share.begin, end));
  Value middle = k.add(share.begin, k.mul(k.div(count, extent), extent));
  run(share.begin, middle, extent);
  if (extent > line)
    run(middle, end, line);
  if (rest == 0)
    return;
  // Its owner is who owns any column behind the last full line.
  Value last = k.index(full);
  Value owns = k.less(last, share.end);
  k.ifThen(owns, [&] {
    k.ifThen(k.less(share.begin, k.index(full + 1)), [&] { body(last, piecesOf(rest, lanes)); });
  });
}

void forColumns(KernelBuilder &k, const ColumnShare &share,
                llvm::function_ref<void(Value, int64_t)> turn,
                llvm::function_ref<void(Value, unsigned)> vector) {
  forRuns(k, share, turnVectors, [&](Value column, ArrayRef<Piece> pieces) {
    turn(column, extentOf(pieces));
    for (Piece piece : pieces)
      vector(k.add(column, piece.offset), piece.lanes);
  });
}

} // namespace tenon
