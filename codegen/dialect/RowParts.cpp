// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowParts.h.
#include "RowParts.h"

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

unsigned outerRank(RankedTensorType x, RankedTensorType y) {
  int64_t most = std::max<int64_t>(0, std::min(x.getRank(), y.getRank()) - 1);
  int64_t rank = 0;
  while (rank < most && x.getDimSize(rank) == y.getDimSize(rank) &&
         dimNames(x)[rank] == dimNames(y)[rank])
    ++rank;
  return rank;
}

unsigned outerRank(Operation *view) {
  return outerRank(typeOf(view->getOperand(0)), typeOf(view->getResult(0)));
}

int64_t rowColumns(RankedTensorType type, unsigned rank) {
  int64_t columns = 1;
  for (int64_t size : type.getShape().take_back(rank))
    columns *= size;
  return columns;
}

int64_t viewColumns(Operation *view, Value value) {
  return rowColumns(typeOf(value), typeOf(value).getRank() - outerRank(view));
}

} // namespace tenon
