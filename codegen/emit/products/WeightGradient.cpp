// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of gradients of a product's weight, dW = x^T dy, and of its bias, the sum of dy
// over rows, which is taken while dy is laid out for the product.
#include "Families.h"
#include "Gemm.h"

using namespace mlir;

namespace tenon {

int64_t weightGradientScratch(LinearBackwardWeightOp op) {
  ProductShape shape = op.getShape();
  int64_t rows = maxElements(enclosingModel(op), op.getX().getType()) / shape.depth;
  return outerProductScratch(rows, op.getTransposed() ? shape.depth : shape.columns);
}

LogicalResult emitWeightGradient(GroupOp group, CpuKernelBuilder &k) {
  Block &body = group.getBody().front();
  auto op = *body.getOps<LinearBackwardWeightOp>().begin();
  bool transposed = op.getTransposed();
  ProductShape shape = op.getShape();
  Value x = op.getX(), dy = op.getDy();
  OuterProduct product{
      .k = &k,
      .a = k.base(transposed ? dy : x),
      .rowsOut = transposed ? shape.columns : shape.depth,
      .b = k.base(transposed ? x : dy),
      .columns = transposed ? shape.depth : shape.columns,
      .gradient = [&] { return Accumulation(k, accumulationOf(op.getResult())); },
      .panels = !transposed,
      .narrow = op.getNarrow(),
  };
  for (SumLeadingOp sum : body.getOps<SumLeadingOp>())
    product.columnSums = [&k, sum]() mutable {
      return Accumulation(k, accumulationOf(sum.getResult()));
    };
  emitOuterProduct(product, k.rows(op.getX().getType(), shape.summed));
  return success();
}

} // namespace tenon
