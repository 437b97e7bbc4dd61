// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-fuse-head: see Passes.td.
#include "Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Dominance.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_FUSEHEAD
#include "Passes.h.inc"

namespace {
/// The operations around the logits that one head_cross_entropy computes.
struct Head {
  LinearOp linear;
  CrossEntropyOp loss;
  CrossEntropyBackwardOp backward;
  LinearBackwardOp dx;
  LinearBackwardWeightOp dweight;
  SumLeadingOp dbias; // where the head has a bias

  /// Sets `slot` to an operation; false if there is one already.
  template <class Op>
  static bool only(Op &slot, Op op) {
    return !std::exchange(slot, op);
  }

  /// The head of these logits' gradient; nothing if somebody else needs the logits.
  static std::optional<Head> of(CrossEntropyBackwardOp backward) {
    Head head;
    head.backward = backward;
    head.linear = backward.getLogits().getDefiningOp<LinearOp>();
    if (!head.linear || head.linear.getWeight().getType().getRank() != 2)
      return std::nullopt;
    for (Operation *user : head.linear->getUsers()) {
      auto loss = dyn_cast<CrossEntropyOp>(user);
      if (user != backward && !(loss && only(head.loss, loss)))
        return std::nullopt;
    }
    for (Operation *user : backward->getUsers()) {
      auto dx = dyn_cast<LinearBackwardOp>(user);
      auto dweight = dyn_cast<LinearBackwardWeightOp>(user);
      auto dbias = dyn_cast<SumLeadingOp>(user);
      bool fits =
          (dx && dx.getWeight() == head.linear.getWeight() &&
           dx.getTransposed() == head.linear.getTransposed() && only(head.dx, dx)) ||
          (dweight && dweight.getX() == head.linear.getX() &&
           dweight.getTransposed() == head.linear.getTransposed() && only(head.dweight, dweight)) ||
          (dbias && head.linear.getBias() && dbias.getType() == head.linear.getBias().getType() &&
           only(head.dbias, dbias));
      if (!fits)
        return std::nullopt;
    }
    bool same = head.loss && head.loss.getTargets() == backward.getTargets() &&
                head.loss.getIgnore() == backward.getIgnore();
    bool whole = same && head.dx && head.dweight && !head.linear.getBias() == !head.dbias &&
                 !(head.dbias && head.linear.getTransposed()); // (C4) of head_cross_entropy
    return whole ? std::optional(head) : std::nullopt;
  }
};

/// Whether a value is known before `op`, or can be: sums and products of numbers, such as the part
/// that a loss has in a sum of losses, may be computed as early as their operands.
bool isKnownBefore(Operation *op, Value value, const DominanceInfo &dominance) {
  if (dominance.dominates(value, op))
    return true;
  Operation *maker = value.getDefiningOp();
  return isa_and_nonnull<AddOp, ScaleOp, ElementwiseOp, ConstantOp>(maker) &&
         cast<RankedTensorType>(value.getType()).getRank() == 0 &&
         llvm::all_of(maker->getOperands(),
                      [&](Value operand) { return isKnownBefore(op, operand, dominance); });
}

void moveBefore(Operation *op, Value value, const DominanceInfo &dominance) {
  if (dominance.dominates(value, op))
    return;
  for (Value operand : value.getDefiningOp()->getOperands())
    moveBefore(op, operand, dominance);
  value.getDefiningOp()->moveBefore(op);
}

void replace(Head head) {
  LinearOp linear = head.linear;
  OpBuilder b(linear);
  auto loc = b.getFusedLoc({linear.getLoc(), head.loss.getLoc()});
  auto fused = HeadCrossEntropyOp::create(
      b, loc, head.loss.getType(), linear.getX().getType(), linear.getWeight().getType(),
      head.dbias ? Type(head.dbias.getType()) : Type(), linear.getX(), linear.getWeight(),
      linear.getBias(), head.backward.getTargets(), head.backward.getDloss(),
      head.backward.getIgnore(), linear.getTransposed(), linear.getNarrow());
  head.loss.replaceAllUsesWith(fused.getLoss());
  head.dx.replaceAllUsesWith(fused.getDx());
  head.dweight.replaceAllUsesWith(fused.getDweight());
  if (head.dbias)
    head.dbias.replaceAllUsesWith(fused.getDbias());
  for (Operation *op :
       {head.dx.getOperation(), head.dweight.getOperation(), head.dbias.getOperation(),
        head.backward.getOperation(), head.loss.getOperation(), linear.getOperation()})
    if (op)
      op->erase();
}

struct FuseHead : impl::FuseHeadBase<FuseHead> {
  using FuseHeadBase::FuseHeadBase;

  void runOnOperation() override {
    SmallVector<CrossEntropyBackwardOp> pending;
    getOperation().walk([&](CrossEntropyBackwardOp op) { pending.push_back(op); });
    for (CrossEntropyBackwardOp op : pending) {
      std::optional<Head> head = Head::of(op);
      // All that the fused operation needs must be there before the logits would have been.
      DominanceInfo dominance(op->getParentOfType<func::FuncOp>());
      if (head && isKnownBefore(head->linear, op.getDloss(), dominance) &&
          dominance.dominates(op.getTargets(), head->linear)) {
        moveBefore(head->linear, op.getDloss(), dominance);
        replace(*head);
      }
    }
  }
};
} // namespace
} // namespace tenon
