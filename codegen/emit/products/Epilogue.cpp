// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Epilogue.h. Beside a tile's sums few registers are left. A chain that needs many gets the
// sums by way of the stack, in a loop over rows: a load and a store of each, where to unroll the
// chain for all of the tile would keep its steps waiting for what was put aside.
#include "Epilogue.h"
#include "Gemm.h"
#include "rows/Elementwise.h"

using namespace mlir;

namespace tenon {

Epilogue::Epilogue(CpuKernelBuilder &k, ArrayRef<Operation *> chain, int64_t columns, Finish finish)
    : k(k), finish(std::move(finish)), columns(columns), together(chainVectors(chain, columns)) {
  for (Operation *op : chain)
    for (Value operand : op->getOperands()) {
      auto type = cast<RankedTensorType>(operand.getType());
      bool isMade = operand.getParentBlock() == op->getBlock();
      if (!isMade && type == op->getResult(0).getType())
        read.push_back(operand);
    }
  if (llvm::any_of(chain, isLong))
    tile = k.own(k.target.tileRows * k.target.panelColumns(), k.b.getF32Type());
}

void Epilogue::prefetch(unsigned rows, Value row, Value column) {
  if (read.empty())
    return;
  k.loop(k.index(0), k.index(rows), 1, [&](Value i) {
    Value at = k.add(k.mul(k.add(row, i), columns), column);
    for (Value x : read)
      k.prefetchRun(k.base(x), at, getElementTypeOrSelf(x.getType()), k.target.panelColumns());
  });
}

void Epilogue::emit(ValueRange sums, unsigned rows, Value row, Value end, Value column,
                    int64_t valid) {
  int64_t lanes = k.target.lanes, width = k.target.panelColumns();
  unsigned vectors = sums.size() / rows;
  if (!tile) {
    for (unsigned i = 0; i < rows; ++i) {
      auto finishRow = [&] {
        for (unsigned j = 0; j < vectors; ++j)
          forValidLanes(k, sums[i * vectors + j], valid - j * lanes,
                        [&](Value part, int64_t offset) {
                          finish(part, k.add(row, i), k.add(column, j * lanes + offset));
                        });
      };
      if (end)
        k.ifThen(k.less(k.add(row, i), end), finishRow);
      else
        finishRow();
    }
    return;
  }
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned j = 0; j < vectors; ++j)
      k.store(sums[i * vectors + j], tile, k.index(i * width + j * lanes));
  Value count = k.index(rows);
  if (end)
    count = k.min(count, k.sub(end, row));
  k.loop(k.index(0), count, 1, [&](Value i) {
    Value from = k.mul(i, width), own = k.add(row, i);
    auto piece = [&](int64_t offset, unsigned count) {
      Value part = k.load(tile, k.add(from, offset), k.b.getF32Type(), count);
      finish(part, own, k.add(column, offset));
    };
    int64_t done = 0;
    for (int64_t step = together * lanes; step >= lanes; step /= 2)
      for (; done + step <= valid; done += step)
        piece(done, step);
    for (Piece rest : tailPieces(valid, lanes))
      piece(rest.offset, rest.lanes);
  });
}

} // namespace tenon
