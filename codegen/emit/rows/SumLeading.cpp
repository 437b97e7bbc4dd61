// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of sums over leading dimensions, added to a parameter's gradient or a value of
// their own; and of gradients that are added as they are.
#include "Families.h"
#include "RowSums.h"

using namespace mlir;

namespace tenon {

LogicalResult emitSumLeading(GroupOp group, CpuKernelBuilder &k) {
  Block &body = group.getBody().front();
  auto found = body.getOps<SumLeadingOp>();
  auto sum = found.empty() ? SumLeadingOp() : *found.begin();
  auto adds = body.getOps<AccumulateOp>();
  auto accumulate = adds.empty() ? AccumulateOp() : *adds.begin();
  Value source = sum ? sum.getX() : accumulate.getValue();
  auto full = cast<RankedTensorType>(source.getType());
  auto type = sum ? cast<RankedTensorType>(sum.getType()) : full;
  unsigned rank = type.getRank();
  // Where the last dimension is known at run time only, each element is a row.
  bool isFlat = rank > 0 && ShapedType::isDynamic(type.getShape().back());
  RowSums sums{k.base(source),
               k.rows(full, rank),
               isFlat     ? k.rows(type, 0)
               : rank > 1 ? k.rows(type)
                          : Value(),
               rank == 0 || isFlat ? 1 : type.getShape().back(),
               {}};
  if (accumulate) {
    sums.adds.emplace(k, accumulate);
    sums.target = sums.adds->base;
  } else {
    sums.target = k.resultBase(0);
  }
  emitRowSums(k, sums);
  return success();
}

} // namespace tenon
