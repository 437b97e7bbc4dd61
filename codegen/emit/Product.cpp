// See Product.h.
#include "Product.h"
#include "Elementwise.h"

using namespace mlir;

namespace tenon {

Product::Product(GroupOp group, CpuKernelBuilder &k) : k(k) {
  Block &body = group.getBody().front();
  op = *body.getOps<LinearOp>().begin();
  x = k.base(op.getX());
  weight = k.base(op.getWeight());
  type = cast<RankedTensorType>(op.getType());
  depth = cast<RankedTensorType>(op.getX().getType()).getShape().back();
  columns = type.getShape().back();
  chain = elementwiseOps(group);
}

void Product::finish(Value value, Value row, Value column) {
  if (op.getBias())
    value = k.addf(value, k.load(k.base(op.getBias()), column, k.b.getF32Type(), lanesOf(value)));
  value = applyChain(k, chain, op.getResult(), value, row, column);
  k.store(value, k.resultBase(0), k.add(k.mul(row, columns), column));
}

} // namespace tenon
