// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of growth. A kernel family that learns to take in more is a change here and in its
// emitter (emit/).
#include "Growth.h"

using namespace mlir;

namespace tenon {

// A gather by position waits for the gather by token that it is perhaps added to.
bool waitsForGroup(Operation *op) {
  auto embedding = dyn_cast<EmbeddingOp>(op);
  return embedding && embedding.getIds().getDefiningOp<PositionsOp>() &&
         llvm::any_of(op->getUsers(), llvm::IsaPred<AddOp>);
}

/// Whether what it takes of a sequence is one row, as a norm can read it.
static bool isRow(LastTokenOp last) { return last.getType().getRank() == 2; }

bool makesAlong(Operation *user) {
  auto reduce = dyn_cast<ReduceOp>(user);
  return isElementwise(user) || (reduce && reduce.isOfRows());
}

bool startsGroup(Operation *op) {
  if (isa<AlongOp>(op)) // which all users need in memory, or none: tenon-fuse tells them apart
    return !op->use_empty() && !makesAlong(*op->user_begin());
  if (isa<EmbeddingOp>(op))
    return !waitsForGroup(op);
  if (auto last = dyn_cast<LastTokenOp>(op))
    return !(isRow(last) && op->hasOneUse() && isa<LayerNormOp>(*op->user_begin()));
  return isa<LinearOp, GatheredLinearOp, TopKOp, TakeOp, ShiftOp, LayerNormOp, AttentionOp,
             TokenCrossEntropyOp, MaskedMeanOp>(op) ||
         isElementwise(op) || isa<ReduceOp>(op) || isView(op) || startsTrainingGroup(op);
}

namespace {
GroupPlan growEmbedding(EmbeddingOp first) {
  Growth growth(GroupKind::Embedding, first);
  while (Operation *user = growth.onlyUser()) {
    if (auto add = dyn_cast<AddOp>(user)) {
      Value other = add.getX() == growth.current() ? add.getY() : add.getX();
      auto gather = other.getDefiningOp<EmbeddingOp>();
      if (!gather || !gather->hasOneUse() || gather->getBlock() != add->getBlock()) {
        growth.stop("'tenon.add' adds something that is not a gather");
        break;
      }
      growth.take(gather);
      growth.take(add);
    } else if (isa<ScaleOp, TrainingDropoutOp>(user)) {
      growth.take(user);
    } else {
      growth.stop("'tenon." + titleOf(user) + "' is not part of an embedding");
      break;
    }
  }
  // The norm joins even if the sum is needed elsewhere too: the row is at hand. All else that it
  // reads are parameters, so it can be computed as early as the row.
  for (Operation *user : growth.current().getUsers())
    if (isa<LayerNormOp>(user) && user->getBlock() == first->getBlock() &&
        cast<LayerNormOp>(user).getX() == growth.current() &&
        llvm::all_of(user->getOperands().drop_front(),
                     [](Value value) { return value.getDefiningOp<GetParamOp>(); })) {
      growth.take(user);
      growth.takeCast();
      growth.stop("the layer norm is the last that an embedding kernel does");
      break;
    }
  return growth.plan;
}

/// What is chosen, and the elements at these places of the same rows.
GroupPlan growChoice(Operation *first) {
  Growth growth(GroupKind::Choice, first);
  if (auto topK = dyn_cast<TopKOp>(first))
    for (Operation *op = first->getNextNode(); op; op = op->getNextNode())
      if (auto take = dyn_cast<TakeOp>(op);
          take && take.getIds() == topK.getResult() && take.getX() == topK.getX())
        growth.take(take);
  growth.stop("a choice takes nothing in but the elements that it names");
  return growth.plan;
}
/// Rows at several distances, of one tensor.
GroupPlan growShift(ShiftOp first) {
  Growth growth(GroupKind::Shift, first);
  for (Operation *op = first->getNextNode(); op; op = op->getNextNode())
    if (auto shift = dyn_cast<ShiftOp>(op);
        shift && shift.getX() == first.getX() && shift.getCacheAttr() == first.getCacheAttr())
      growth.take(shift);
  growth.stop("this kernel takes in other rows of the same tensor only");
  return growth.plan;
}
} // namespace

GroupPlan growGroup(Operation *op) {
  if (startsTrainingGroup(op))
    return growTrainingGroup(op);
  if (auto embedding = dyn_cast<EmbeddingOp>(op))
    return growEmbedding(embedding);
  if (isa<LayerNormOp>(op)) {
    Growth growth(GroupKind::Norm, op);
    if (auto last = cast<LayerNormOp>(op).getX().getDefiningOp<LastTokenOp>();
        last && isRow(last) && last->hasOneUse())
      growth.plan.members.insert(growth.plan.members.begin(), last);
    growth.takeCast();
    growth.stop("a norm kernel ends with its row");
    return growth.plan;
  }
  if (isa<LinearOp>(op)) {
    Growth growth(GroupKind::Linear, op, cast<LinearOp>(op).getShape().made);
    growth.takeElementwise();
    return growth.plan;
  }
  if (auto gathered = dyn_cast<GatheredLinearOp>(op)) {
    Growth growth(GroupKind::GatheredLinear, op, gathered.getShape().made);
    growth.takeElementwise();
    return growth.plan;
  }
  if (isa<TopKOp, TakeOp>(op))
    return growChoice(op);
  if (auto shift = dyn_cast<ShiftOp>(op))
    return growShift(shift);
  if (isElementwise(op) || isa<ReduceOp>(op) || isView(op))
    return growRows(op);
  if (isa<AlongOp>(op)) {
    Growth growth(GroupKind::Rows, op);
    growth.stop("what computes with it makes it anew");
    return growth.plan;
  }
  GroupKind kind = isa<AttentionOp>(op)                         ? GroupKind::Attention
                   : isa<TokenCrossEntropyOp, MaskedMeanOp>(op) ? GroupKind::CrossEntropy
                                                                : GroupKind::LastToken;
  Growth growth(kind, op);
  if (kind == GroupKind::Attention)
    growth.takeCast(), growth.stop("an attention kernel takes nothing in");
  else
    growth.stop("this kernel takes nothing in");
  return growth.plan;
}

} // namespace tenon
