// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Liveness.h.
#include "Liveness.h"

using namespace mlir;

namespace tenon {

Liveness::Liveness(func::FuncOp function) { number(function.getBody().front()); }

void Liveness::number(Block &block) {
  for (Operation &op : block) {
    if (auto group = dyn_cast<GroupOp>(op)) {
      steps[group] = {next, next};
      groups_.push_back(group);
      ++next;
    } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
      int64_t begin = next++;
      number(repeat.getBody().front());
      steps[repeat] = {begin, next++};
      repeats_.push_back(repeat);
    }
  }
}

/// The step at which a use reads, seen from the block where the value is defined: what comes from
/// outside of a stack is read until the stack ends, what enters it only by its first layer.
int64_t Liveness::lastStep(OpOperand &use, Block *home) const {
  Operation *owner = use.getOwner();
  if (auto repeat = dyn_cast<RepeatOp>(owner); repeat && repeat->getBlock() == home) {
    if (use.getOperandNumber() >= repeat.getInits().size())
      return of(repeat).end; // a stack: every layer reads its slice
    BlockArgument argument = repeat.getBody().getArgument(use.getOperandNumber());
    return isKept(use.get()) ? of(argument).end : of(repeat).begin;
  }
  if (isa<YieldOp>(owner) && isa<RepeatOp>(owner->getParentOp()) && owner->getBlock() == home)
    return of(owner->getParentOp()).end;
  auto found = steps.find(home->findAncestorOpInBlock(*owner));
  return found == steps.end() ? next : found->second.end;
}

/// Whether a value that enters a stack stays where it is while the first layer reads it. Otherwise
/// it becomes the argument, in one place with it.
bool Liveness::isKept(Value init) const { return !isOurs(init) || !init.hasOneUse(); }

bool Liveness::isOurs(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return true;
  auto repeat = dyn_cast<RepeatOp>(argument.getOwner()->getParentOp());
  return repeat && argument.getArgNumber() < repeat.getInits().size();
}

Steps Liveness::of(Value value) const {
  Block *home = value.getParentBlock();
  Operation *definer = value.getDefiningOp();
  Steps life{0, 0};
  if (!definer)
    life.begin = isOurs(value) ? of(home->getParentOp()).begin : 0;
  else
    life.begin = of(definer).end;
  life.end = life.begin;
  for (OpOperand &use : value.getUses())
    life.end = std::max(life.end, lastStep(use, home));
  return life;
}

bool isElementwiseUse(OpOperand &use) {
  auto group = dyn_cast<GroupOp>(use.getOwner()->getParentOp());
  if (!group || group->getNumResults() != 1)
    return false; // of several results one may be written before an operand is read
  switch (group.getKind()) {
  case GroupKind::Linear:
    // Sums over a depth of several blocks wait where the result will be.
    if (llvm::any_of(group.getBody().getOps<LinearOp>(),
                     [](LinearOp op) { return op.getNarrow(); }))
      return false;
    [[fallthrough]];
  case GroupKind::NormBackward:
  case GroupKind::Rows:
    // What a view reads stands at another place than what is made of it.
    if (llvm::any_of(group.getBody().front(), [](Operation &op) { return isView(&op); }))
      return false;
    // A result of bf16 is written ahead of where an operand of f32 in its place is read. What is
    // reduced was read before: the result follows from it.
    if (use.get().getType() != group->getResult(0).getType())
      return false;
    if (auto reduce = dyn_cast<ReduceOp>(use.getOwner()))
      return reduce.isOfRows();
    return use.getOwner()->hasTrait<IsElementwise>() &&
           use.get().getType() == use.getOwner()->getResult(0).getType();
  default:
    return false;
  }
}

/// Whether `to`, which begins to live at `step`, where `from` ends, takes its elements from it.
bool Liveness::isHandedOver(Value from, Value to, int64_t step) const {
  if (auto group = to.getDefiningOp<GroupOp>()) {
    bool read = false;
    for (OpOperand &use : from.getUses()) {
      if (lastStep(use, from.getParentBlock()) != step)
        continue;
      if (use.getOwner()->getParentOp() != group || !isElementwiseUse(use))
        return false;
      read = true;
    }
    return read;
  }
  if (auto argument = dyn_cast<BlockArgument>(to)) {
    auto repeat = cast<RepeatOp>(argument.getOwner()->getParentOp());
    return repeat.getInits()[argument.getArgNumber()] == from && !isKept(from);
  }
  auto repeat = to.getDefiningOp<RepeatOp>();
  auto yield = cast<YieldOp>(repeat.getBody().front().getTerminator());
  return yield.getValues()[cast<OpResult>(to).getResultNumber()] == from;
}

bool Liveness::mayShare(Value x, Value y) const {
  Steps first = of(x), second = of(y);
  if (first.begin > second.begin) {
    std::swap(x, y);
    std::swap(first, second);
  }
  if (first.end != second.begin)
    return first.end < second.begin;
  return isHandedOver(x, y, first.end);
}

} // namespace tenon
