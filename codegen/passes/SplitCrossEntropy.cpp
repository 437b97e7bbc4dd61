// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-split-cross-entropy: see Passes.td.
#include "Passes.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_SPLITCROSSENTROPY
#include "Passes.h.inc"

namespace {
struct SplitCrossEntropy : impl::SplitCrossEntropyBase<SplitCrossEntropy> {
  using SplitCrossEntropyBase::SplitCrossEntropyBase;

  void runOnOperation() override {
    getOperation().walk([](CrossEntropyOp op) {
      OpBuilder b(op);
      auto logits = cast<RankedTensorType>(op.getLogits().getType());
      auto targets = cast<RankedTensorType>(op.getTargets().getType());
      auto tokens =
          RankedTensorType::get(targets.getShape(), logits.getElementType(), targets.getEncoding());
      Value losses = TokenCrossEntropyOp::create(b, op.getLoc(), tokens, op.getLogits(),
                                                 op.getTargets(), op.getIgnoreAttr());
      Value mean = MaskedMeanOp::create(b, op.getLoc(), op.getType(), losses, op.getTargets(),
                                        op.getIgnoreAttr());
      op.getResult().replaceAllUsesWith(mean);
      op.erase();
    });
  }
};
} // namespace
} // namespace tenon
