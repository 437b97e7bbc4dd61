// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of copies of the last token.
#include "Families.h"
#include "Norm.h"
#include "Rows.h"
#include "kernel/Bf16.h"

using namespace mlir;

namespace tenon {

LogicalResult emitLastToken(GroupOp group, CpuKernelBuilder &k) {
  auto last = cast<LastTokenOp>(group.getBody().front().front());
  auto type = cast<RankedTensorType>(last.getType());
  int64_t columns = type.getShape().back();
  auto [begin, end] = k.share(k.rows(type));
  k.loop(begin, end, 1, [&](Value row) {
    Value source = k.mul(lastTokenRow(k, last, row), columns);
    forColumns(
        k, columns, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          Value value = k.load(k.base(last.getX()), k.add(source, column),
                               storedType(type.getElementType()), lanes);
          k.store(value, k.resultBase(0), k.add(k.mul(row, columns), column));
        });
  });
  return success();
}

} // namespace tenon
