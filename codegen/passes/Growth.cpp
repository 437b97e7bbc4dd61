// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Growth.h.
#include "Growth.h"

using namespace mlir;

namespace tenon {

bool isElementwise(Operation *op) { return op->hasTrait<IsElementwise>() || isa<CastOp>(op); }

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
    Operation &first = *llvm::find_if(taken.getBody().front(),
                                      [](Operation &op) { return !op.hasTrait<IsOfEachKernel>(); });
    stop("'tenon." + titleOf(user) + "', which uses its result, is in the " +
         stringifyGroupKind(taken.getKind()) + " kernel of 'tenon." + titleOf(&first) + "'");
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

/// Whether an operand has some of the kernel's columns only: the kernel would not find it by the
/// number of a column.
bool Growth::isRepeatedInside(Operation *op) const {
  auto whole = cast<RankedTensorType>(op->getResult(0).getType());
  return llvm::any_of(op->getOperandTypes(), [&](Type type) {
    auto places = placesIn(cast<RankedTensorType>(type).clone(whole.getElementType()), whole);
    unsigned inside =
        places ? llvm::count_if(*places,
                                [&](unsigned place) { return place + columns >= whole.getRank(); })
               : 0;
    return inside != 0 && inside != columns;
  });
}

/// The elementwise operations behind the current value, up to the first one on which all that use
/// it come together, with what only these need: x and sigmoid(x) of x * sigmoid(x). Empty if there
/// is no such operation.
SmallVector<Operation *> Growth::comeTogether() {
  Value from = current();
  llvm::SmallSetVector<Operation *, 8> candidates;
  llvm::SmallPtrSet<Operation *, 8> behind;
  for (Operation *op = from.getDefiningOp()->getNextNode(); op; op = op->getNextNode()) {
    if (!op->hasTrait<IsElementwise>() || op->getResult(0).getType() != from.getType() ||
        isRepeatedInside(op))
      continue;
    // What follows from the value, or else is known as early as it: the rest may end the kernel of
    // a later product.
    bool follows = llvm::any_of(op->getOperands(), [&](Value operand) {
      return operand == from || behind.contains(operand.getDefiningOp());
    });
    bool isEarly = llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *maker = operand.getDefiningOp();
      return !maker || maker->getBlock() != op->getBlock() || maker->hasTrait<IsOfEachKernel>() ||
             candidates.contains(maker) || maker->isBeforeInBlock(from.getDefiningOp());
    });
    if (!follows && !isEarly)
      continue;
    candidates.insert(op);
    if (follows)
      behind.insert(op);
    // All of the candidates that it needs, itself included.
    llvm::SmallSetVector<Operation *, 8> needed;
    needed.insert(op);
    for (unsigned i = 0; i < needed.size(); ++i)
      for (Value operand : needed[i]->getOperands())
        if (Operation *maker = operand.getDefiningOp(); maker && candidates.contains(maker))
          needed.insert(maker);
    auto stays = [&](Value value) {
      return llvm::all_of(value.getUses(), [&](OpOperand &use) {
        return isKept(use) || needed.contains(use.getOwner());
      });
    };
    bool meets = follows && stays(from) && llvm::all_of(needed, [&](Operation *each) {
                   return each == op || stays(each->getResult(0));
                 });
    if (!meets)
      continue;
    SmallVector<Operation *> inOrder(needed.begin(), needed.end());
    llvm::sort(inOrder, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
    return inOrder;
  }
  return {};
}

void Growth::takeElementwise() {
  while (true) {
    Operation *user = onlyUser();
    if (user && isa<CastOp>(user)) {
      take(user);
      return (void)stop("it stores its rows in bf16");
    }
    SmallVector<Operation *> next = comeTogether();
    if (next.empty()) {
      if (user && !isElementwise(user))
        stop("'tenon." + titleOf(user) +
             "' needs whole rows, and this kernel makes them in pieces");
      else if (user && isRepeatedInside(user))
        stop("an operand of 'tenon." + titleOf(user) +
             "' has some of the dimensions only that are columns of this kernel");
      else if (user)
        stop("its result is the smaller side of 'tenon." + titleOf(user) + "'");
      return;
    }
    for (Operation *op : next)
      take(op);
  }
}

void Growth::takeCast() {
  Operation *user = onlyUser();
  if (isa_and_nonnull<CastOp>(user))
    take(user);
}

} // namespace tenon
