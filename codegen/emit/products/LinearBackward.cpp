// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of gradients of a product's input: dx = dy W^T, then the epilogue. The weight's
// panels are transposed on the way to the product, so that training keeps one copy of it.
#include "Families.h"
#include "Gemm.h"
#include "rows/Elementwise.h"

using namespace mlir;

namespace tenon {

LogicalResult emitLinearBackward(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<LinearBackwardOp>().begin();
  SmallVector<Operation *> chain = elementwiseOps(group);
  ProductShape shape = op.getShape();
  using Form = PanelProduct::Form;
  PanelProduct product{
      .k = &k,
      .depth = shape.columns,
      .columns = shape.depth,
      .form = op.getTransposed() ? Form::Rows : Form::PanelsTransposed,
      .weight = k.base(op.getWeight()),
      .a = k.base(op.getDy()),
      .firstRow = k.index(0),
      .partial = k.resultBase(0),
      .narrow = op.getNarrow() ? k.scratch : Value(),
      .chain = chain,
      .finish =
          [&](Value value, Value row, Value column) {
            storeChain(k, chain, op.getResult(), value, row, column, shape.summed);
          },
  };
  emitPanelProduct(product, k.rows(op.getType(), shape.summed));
  return success();
}

} // namespace tenon
