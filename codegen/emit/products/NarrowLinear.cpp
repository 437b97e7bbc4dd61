// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Products of training whose factors are f32 in memory and rounded to bf16 on the way (Gemm.h).
#include "Families.h"
#include "Gemm.h"
#include "Product.h"

using namespace mlir;

namespace tenon {

LogicalResult emitNarrowLinear(GroupOp group, CpuKernelBuilder &k) {
  Product own(group, k);
  using Form = PanelProduct::Form;
  // Sums of one block of depth wait in the result for the next: nothing else may lie there yet
  // (isElementwiseUse in passes/Liveness.h).
  Value partial = k.resultBase(0);
  PanelProduct product{
      .k = &k,
      .depth = own.depth,
      .columns = own.columns,
      .form = own.op.getTransposed() ? Form::RowsTransposed : Form::Panels,
      .weight = own.weight,
      .a = own.x,
      .firstRow = k.index(0),
      .partial = partial,
      .narrow = k.scratch,
      .chain = own.chain,
      .finish = [&](Value value, Value row, Value column) { own.finish(value, row, column); },
  };
  emitPanelProduct(product, own.rows());
  return success();
}

} // namespace tenon
