// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of growth of entries that train. The gradient of a parameter is never a value between
// kernels: the kernel that makes it adds it to memory, so its `accumulate` is always in its group.
#include "Growth.h"

using namespace mlir;

namespace tenon {

/// The `accumulate` that alone uses a parameter's gradient.
static AccumulateOp onlyAccumulate(Operation *maker) {
  Value gradient = maker->getResult(0);
  return gradient.hasOneUse() ? dyn_cast<AccumulateOp>(*gradient.user_begin()) : AccumulateOp();
}

/// Whether `op` sums over a batch what then is the gradient of a table by positions.
static bool isPositionSum(Operation *op) {
  if (!isa<SumLeadingOp>(op) || !op->hasOneUse())
    return false;
  auto table = dyn_cast<EmbeddingBackwardOp>(*op->user_begin());
  return table && table->getBlock() == op->getBlock() && onlyAccumulate(table) &&
         table.getIds().getDefiningOp<PositionsOp>();
}

/// The sum over rows of `dy` that stands beside `op` and goes to a parameter: a bias's gradient,
/// which has the last `columns` dimensions of dy.
static SumLeadingOp biasSumOf(Value dy, Operation *op, unsigned columns) {
  SumLeadingOp next;
  for (Operation *user : dy.getUsers()) {
    auto sum = dyn_cast<SumLeadingOp>(user);
    bool fits = sum && sum->getBlock() == op->getBlock() && onlyAccumulate(sum) &&
                cast<RankedTensorType>(sum.getType()).getRank() == columns &&
                op->isBeforeInBlock(sum);
    if (fits && (!next || sum->isBeforeInBlock(next)))
      next = sum;
  }
  return next;
}

static LayerNormBackwardOp normBackwardOf(Value x, Value dy, Operation *op) {
  for (Operation *user : dy.getUsers()) {
    auto norm = dyn_cast<LayerNormBackwardOp>(user);
    if (norm && norm.getX() == x && norm.getDy() == dy && norm->getBlock() == op->getBlock())
      return norm;
  }
  return {};
}

bool startsTrainingGroup(Operation *op) {
  if (auto accumulate = dyn_cast<AccumulateOp>(op)) {
    // Of something that is no sum, such as the gradient of a parameter that is added as it is.
    Operation *maker = accumulate.getValue().getDefiningOp();
    return !isa_and_nonnull<EmbeddingBackwardOp, SumLeadingOp, LayerNormBackwardWeightOp,
                            LinearBackwardWeightOp, GatheredLinearBackwardWeightOp,
                            HeadCrossEntropyOp>(maker);
  }
  if (isa<SumLeadingOp>(op))
    return !isPositionSum(op);
  return isa<EmbeddingBackwardOp, LayerNormBackwardOp, LayerNormBackwardWeightOp, LinearBackwardOp,
             LinearBackwardWeightOp, TakeBackwardOp, GatheredLinearBackwardOp,
             GatheredLinearBackwardWeightOp, HeadCrossEntropyOp, AttentionSavingOp,
             AttentionBackwardOp, CrossEntropyBackwardOp, GradientNormOp, ClipFactorOp, AdamwOp,
             SgdOp, InitialiseOp>(op);
}

namespace {
/// Takes in the accumulates of all results of the last member that have one.
void takeAccumulates(Growth &growth) {
  for (Value result : growth.plan.members.back()->getResults())
    for (Operation *user : result.getUsers())
      if (isa<AccumulateOp>(user))
        growth.take(user);
}

/// All operations of these kinds that follow one another.
template <class... Ops>
GroupPlan growRun(GroupKind kind, Operation *op) {
  Growth growth(kind, op);
  while ((op = op->getNextNode()) && isa<Ops...>(op))
    growth.take(op);
  growth.stop("nothing of its kind follows");
  return growth.plan;
}

void takeBiasSum(Growth &growth, Value dy, Operation *op, unsigned columns) {
  if (SumLeadingOp sum = biasSumOf(dy, op, columns)) {
    growth.take(sum);
    takeAccumulates(growth);
  }
}

GroupPlan growNormBackward(Operation *op) {
  Growth growth(GroupKind::NormBackward, op);
  auto norm = dyn_cast<LayerNormBackwardOp>(op);
  if (auto weight = dyn_cast<LayerNormBackwardWeightOp>(op)) {
    takeAccumulates(growth);
    takeBiasSum(growth, weight.getDy(), op, /*columns=*/1);
    norm = normBackwardOf(weight.getX(), weight.getDy(), op);
    if (!norm)
      return growth.stop("the gradient of its input is not needed"), growth.plan;
    growth.take(norm);
  }
  growth.takeElementwise();
  return growth.plan;
}
} // namespace

GroupPlan growTrainingGroup(Operation *op) {
  auto alone = [&](GroupKind kind) {
    Growth growth(kind, op);
    if (!isa<AccumulateOp>(op))
      takeAccumulates(growth);
    growth.stop("this kernel takes nothing in");
    return growth.plan;
  };
  if (isa<LayerNormBackwardOp, LayerNormBackwardWeightOp>(op))
    return growNormBackward(op);
  if (isa<LinearBackwardOp>(op)) {
    Growth growth(GroupKind::LinearBackward, op, cast<LinearBackwardOp>(op).getShape().summed);
    growth.takeElementwise();
    return growth.plan;
  }
  if (auto weight = dyn_cast<LinearBackwardWeightOp>(op)) {
    Growth growth(GroupKind::WeightGradient, op);
    takeAccumulates(growth);
    // The kernel sums the columns of the second factor, which is dy in this form only.
    if (!weight.getTransposed())
      takeBiasSum(growth, weight.getDy(), op, weight.getShape().made);
    growth.stop(weight.getTransposed() ? "this kernel takes nothing in"
                                       : "a weight's gradient takes in that of the bias only");
    return growth.plan;
  }
  if (auto table = dyn_cast<EmbeddingBackwardOp>(op)) {
    GroupPlan plan = alone(GroupKind::EmbeddingBackward);
    if (Operation *sum = table.getDy().getDefiningOp(); sum && isPositionSum(sum))
      plan.members.insert(plan.members.begin(), sum);
    return plan;
  }
  if (isa<GradientNormOp>(op)) {
    Growth growth(GroupKind::GradientNorm, op);
    if (auto clip = dyn_cast_or_null<ClipFactorOp>(op->getNextNode());
        clip && clip.getNorm() == op->getResult(0))
      growth.take(clip);
    growth.stop("all gradients must be known before the first parameter changes");
    return growth.plan;
  }
  if (isa<AdamwOp, SgdOp>(op))
    return growRun<AdamwOp, SgdOp>(GroupKind::Optimiser, op);
  if (isa<InitialiseOp>(op))
    return growRun<InitialiseOp>(GroupKind::Initialise, op);
  return alone(isa<HeadCrossEntropyOp>(op)               ? GroupKind::HeadLoss
               : isa<TakeBackwardOp>(op)                 ? GroupKind::Choice
               : isa<GatheredLinearBackwardOp>(op)       ? GroupKind::GatheredLinearBackward
               : isa<GatheredLinearBackwardWeightOp>(op) ? GroupKind::GatheredWeightGradient
               : isa<AttentionSavingOp>(op)              ? GroupKind::Attention
               : isa<AttentionBackwardOp>(op)            ? GroupKind::AttentionBackward
               : isa<CrossEntropyBackwardOp>(op)         ? GroupKind::CrossEntropy
               : isa<ClipFactorOp>(op)                   ? GroupKind::GradientNorm
                                                         : GroupKind::SumLeading);
}

} // namespace tenon
