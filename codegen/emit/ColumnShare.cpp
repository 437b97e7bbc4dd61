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

void forColumns(KernelBuilder &k, const ColumnShare &share,
                llvm::function_ref<void(Value, int64_t)> turn,
                llvm::function_ref<void(Value, unsigned)> vector) {
  constexpr int64_t line = ColumnShare::lineElements;
  int64_t lanes = k.target.lanes, extent = turnVectors * lanes;
  int64_t rest = share.columns % line, full = share.columns - rest;
  auto run = [&](Value begin, Value end, int64_t step) {
    k.loop(begin, end, step, [&](Value column) {
      turn(column, step);
      for (int64_t i = 0; i < step; i += lanes)
        vector(k.add(column, i), lanes);
    });
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
    k.ifThen(k.less(share.begin, k.index(full + 1)), [&] {
      turn(last, rest);
      for (int64_t i = 0; i + lanes <= rest; i += lanes)
        vector(k.index(full + i), lanes);
      for (Piece piece : tailPieces(rest, lanes))
        vector(k.index(full + piece.offset), piece.lanes);
    });
  });
}

} // namespace tenon
