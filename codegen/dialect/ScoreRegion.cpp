// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ScoreRegion.h, and checkScore in Checks.h.
#include "ScoreRegion.h"

#include "Checks.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

Region *scoreOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, Region *>(op)
      .Case<AttentionOp, AttentionSavingOp, AttentionBackwardOp>(
          [](auto attention) { return &attention.getScore(); })
      .Default([](Operation *) { return nullptr; });
}

bool isOfScores(Operation *op) {
  return isa<AddOp, ScaleOp, GeluOp, GeluBackwardOp, ElementwiseOp, ConstantOp, AlongOp>(op);
}

/// Whether the scores are those of q: its dimensions, with another one in place of D.
static bool areScoresOf(RankedTensorType q, RankedTensorType scores) {
  ArrayRef<StringAttr> own = dimNames(q).drop_back();
  return scores.getElementType() == q.getElementType() && scores.getRank() == q.getRank() &&
         scores.getShape().drop_back() == q.getShape().drop_back() &&
         dimNames(scores).drop_back() == own && !llvm::is_contained(own, dimNames(scores).back());
}

LogicalResult checkScore(Operation *op, ValueRange inputs, ValueRange captured, Region &score,
                         unsigned scores) {
  if (score.empty()) {
    if (captured.empty())
      return success();
    return violates(op, 7) << "captures values for a region 'score' that it has not";
  }
  if (inputs.size() != 3)
    return violates(op, 7) << "a region 'score' needs q, k and v apart; they are in one";
  Block &body = score.front();
  auto q = cast<RankedTensorType>(inputs[0].getType());
  TypeRange arguments = body.getArgumentTypes();
  auto type = arguments.empty() ? RankedTensorType() : dyn_cast<RankedTensorType>(arguments[0]);
  if (!type || !isa_and_nonnull<DimsAttr>(type.getEncoding()) || !areScoresOf(q, type))
    return violates(op, 7) << "the first argument of 'score' must have the dimensions of q with "
                              "those of keys in place of D; q is "
                           << shapeText(q) << ", the arguments are " << arguments;
  SmallVector<Type> expected(scores, type);
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!llvm::hasSingleElement(score) || !yield || yield->getOperandTypes() != expected)
    return violates(op, 7) << "'score' must yield what has the type of the scores, "
                           << shapeText(type) << ", " << scores << " of it";
  llvm::append_range(expected, captured.getTypes());
  if (arguments != TypeRange(expected))
    return violates(op, 7) << "the arguments of 'score' must be the scores, then what is captured; "
                              "they are "
                           << arguments << ", captured are " << captured.getTypes();
  for (Type each : captured.getTypes())
    if (llvm::is_contained(dimNames(each), dimNames(type).back()))
      return violates(op, 7) << "'score' captures what has the dimension of the keys, '"
                             << dimNames(type).back().getValue()
                             << "', which only scores and 'tenon.along' may have; it is "
                             << shapeText(each);
  for (Operation &inside : body.without_terminator()) {
    if (!isOfScores(&inside))
      return violates(op, 7)
             << "'score' holds elementwise operations, constants and numbers along a "
                "dimension; it holds '"
             << inside.getName() << "'";
    if (auto made = cast<RankedTensorType>(inside.getResult(0).getType()); !placesIn(made, type))
      return violates(op, 7) << "what 'score' computes must have dimensions of the scores, in the "
                                "same order; these are "
                             << shapeText(type) << ", '" << inside.getName() << "' makes "
                             << shapeText(made);
  }
  return success();
}

} // namespace tenon
