// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Product.h.
#include "Product.h"
#include "kernel/Bf16.h"
#include "rows/Elementwise.h"

using namespace mlir;

namespace tenon {

Product::Product(GroupOp group, CpuKernelBuilder &k) : Factors{k} {
  Block &body = group.getBody().front();
  op = *body.getOps<LinearOp>().begin();
  x = k.base(op.getX());
  weight = k.base(op.getWeight());
  type = cast<RankedTensorType>(op.getType());
  shape = op.getShape();
  depth = shape.depth, columns = shape.columns;
  bf16 = cast<RankedTensorType>(op.getX().getType()).getElementType().isBF16();
  chain = elementwiseOps(group);
}

void Product::finish(Value value, Value row, Value column) {
  if (op.getBias())
    value = k.addf(value, k.load(k.base(op.getBias()), column, k.b.getF32Type(), lanesOf(value)));
  storeChain(k, chain, op.getResult(), value, row, column, shape.made);
}

Value Factors::part(Value loaded, unsigned i) const {
  return parts() == 1 ? loaded : halfOfPairs(k, loaded, i);
}

Value Factors::multiply(Value x, Value weight, Value sums) const {
  return bf16 && parts() == 1 ? dotPairs(k, x, weight, sums) : k.fma(x, weight, sums);
}

} // namespace tenon
