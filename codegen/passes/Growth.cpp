// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Growth.h.
#include "Growth.h"

using namespace mlir;

namespace tenon {

bool isElementwise(Operation *op) {
  return isa<AddOp, GeluOp, ScaleOp, CastOp, GeluBackwardOp, TrainingDropoutOp>(op);
}

/// Whether a use only keeps the value in a stack.
static bool isKept(OpOperand &use) {
  auto repeat = dyn_cast<RepeatOp>(use.getOwner()->getParentOp());
  return repeat && isa<YieldOp>(use.getOwner()) &&
         use.getOperandNumber() >= repeat.getInits().size();
}

bool Growth::stop(const Twine &reason) {
  plan.ends = reason.str();
  return false;
}

Operation *Growth::onlyUser() {
  Value value = current();
  Operation *user = nullptr;
  for (OpOperand &use : value.getUses()) {
    if (isKept(use))
      continue;
    if (user) {
      stop("its result has more than one use");
      return nullptr;
    }
    user = use.getOwner();
  }
  if (!user) {
    stop("its result is used by nothing");
    return nullptr;
  }
  if (auto taken = dyn_cast<GroupOp>(user->getParentOp())) {
    Operation &first = *llvm::find_if(taken.getBody().front(), [](Operation &op) {
      return !isa<GetParamOp, PositionsOp, ConstantOp>(op);
    });
    stop("'" + user->getName().getStringRef() + "', which uses its result, is in the " +
         stringifyGroupKind(taken.getKind()) + " kernel of '" + first.getName().getStringRef() +
         "'");
    return nullptr;
  }
  if (user->getBlock() != value.getParentBlock()) {
    stop("its result is used inside the stack of layers");
    return nullptr;
  }
  if (isa<func::ReturnOp>(user)) {
    stop("its result is an output of the entry");
    return nullptr;
  }
  if (isa<YieldOp, RepeatOp>(user)) {
    stop("its result goes from layer to layer");
    return nullptr;
  }
  return user;
}

void Growth::takeElementwise() {
  while (Operation *user = onlyUser()) {
    if (!isElementwise(user)) {
      stop("'" + user->getName().getStringRef() +
           "' needs whole rows, and this kernel makes them in pieces");
      return;
    }
    if (auto add = dyn_cast<AddOp>(user);
        add && (add.getX() == add.getY() || add.getX().getType() != current().getType())) {
      stop("its result is the smaller side of 'tenon.add'");
      return;
    }
    take(user);
    if (isa<CastOp>(user))
      return (void)stop("it stores its rows in bf16");
  }
}

void Growth::takeCast() {
  Operation *user = onlyUser();
  if (isa_and_nonnull<CastOp>(user))
    take(user);
}

} // namespace tenon
