// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See LayerResults.h.
#include "LayerResults.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace tenon {

void ownLayerResults(RepeatOp stack) {
  Block &layer = stack.getBody().front();
  Operation *yield = layer.getTerminator();
  llvm::DenseSet<Value> seen;
  for (OpOperand &operand : yield->getOpOperands()) {
    Value value = operand.get();
    Operation *maker = value.getDefiningOp();
    bool isOwn = maker && maker->getBlock() == &layer && !maker->hasTrait<IsOfEachKernel>();
    if (isOwn && seen.insert(value).second)
      continue;
    OpBuilder b(yield);
    operand.set(ScaleOp::create(b, value.getLoc(), value, llvm::APFloat(1.0)));
  }
}

} // namespace tenon
