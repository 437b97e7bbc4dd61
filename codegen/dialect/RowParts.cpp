// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowParts.h.
#include "RowParts.h"

using namespace mlir;

namespace tenon {

unsigned rowRank(RankedTensorType part, RankedTensorType whole) {
  return part.getRank() > whole.getRank() ? 0 : 1 + whole.getRank() - part.getRank();
}

int64_t rowColumns(RankedTensorType type, unsigned rank) {
  int64_t columns = 1;
  for (int64_t size : type.getShape().take_back(rank))
    columns *= size;
  return columns;
}

} // namespace tenon
