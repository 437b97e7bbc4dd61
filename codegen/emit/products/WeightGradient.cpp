// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of gradients of a product's weight, dW = x^T dy, and of its bias, the sum of dy
// over rows, which is taken while dy is laid out for the product.
#include "Families.h"
#include "Gemm.h"

using namespace mlir;

namespace tenon {

static int64_t lastDim(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape().back();
}

int64_t weightGradientScratch(LinearBackwardWeightOp op) {
  auto x = cast<RankedTensorType>(op.getX().getType());
  int64_t rows = maxElements(enclosingModel(op), x) / x.getShape().back();
  return outerProductScratch(rows, lastDim(op.getTransposed() ? op.getX() : op.getDy()));
}

LogicalResult emitWeightGradient(GroupOp group, CpuKernelBuilder &k) {
  Block &body = group.getBody().front();
  auto op = *body.getOps<LinearBackwardWeightOp>().begin();
  bool transposed = op.getTransposed();
  Value x = op.getX(), dy = op.getDy();
  OuterProduct product{
      .k = &k,
      .a = k.base(transposed ? dy : x),
      .rowsOut = lastDim(transposed ? dy : x),
      .b = k.base(transposed ? x : dy),
      .columns = lastDim(transposed ? x : dy),
      .gradient = [&] { return Accumulation(k, accumulationOf(op.getResult())); },
      .panels = !transposed,
      .narrow = op.getNarrow(),
  };
  for (SumLeadingOp sum : body.getOps<SumLeadingOp>())
    product.columnSums = [&k, sum]() mutable {
      return Accumulation(k, accumulationOf(sum.getResult()));
    };
  emitOuterProduct(product, k.rows(cast<RankedTensorType>(x.getType())));
  return success();
}

} // namespace tenon
