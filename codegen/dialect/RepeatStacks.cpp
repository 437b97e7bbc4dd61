// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RepeatStacks.h.
#include "RepeatStacks.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {

RepeatOp withStacks(RepeatOp loop, TypeRange stacks) {
  OpBuilder b(loop);
  SmallVector<Type> types(loop.getResultTypes());
  llvm::append_range(types, stacks);
  auto next = RepeatOp::create(b, loop.getLoc(), types, loop.getLayersAttr(), loop.getInits(),
                               loop.getSlices(), loop.getReverseAttr());
  next->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  next.getBody().takeBody(loop.getBody());
  loop->replaceAllUsesWith(next.getResults().take_front(loop.getNumResults()));
  loop.erase();
  return next;
}

bool isStack(Value value) {
  auto loop = value.getDefiningOp<RepeatOp>();
  return loop && llvm::is_contained(loop.getStacks(), value);
}

} // namespace tenon
