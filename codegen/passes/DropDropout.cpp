// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-drop-dropout: see Passes.td.
#include "DropDropout.h"
#include "Passes.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_DROPDROPOUT
#include "Passes.h.inc"

namespace {
bool isHandedOut(Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp, YieldOp>);
}

struct DropDropout : impl::DropDropoutBase<DropDropout> {
  using DropDropoutBase::DropDropoutBase;

  void runOnOperation() override {
    getOperation().walk([](DropoutOp op) { dropDropout(op); });
  }
};
} // namespace

void dropDropout(DropoutOp op) {
  Value x = op.getX();
  // An output of its own needs a kernel that writes it, if only a copy.
  if (isHandedOut(op) && (isa<BlockArgument>(x) || isHandedOut(x))) {
    OpBuilder b(op);
    x = ScaleOp::create(b, op.getLoc(), x, llvm::APFloat(1.0));
  }
  op.replaceAllUsesWith(x);
  op.erase();
}
} // namespace tenon
