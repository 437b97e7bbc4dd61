// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of attention and the loss in training, in the order of TenonLossOps.td. A comment (Cn)
// stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "AttentionHeads.h"
#include "Checks.h"

using namespace mlir;

namespace tenon {

/// (C2) and (C4) of attention that has a log-sum-exp.
static LogicalResult checkHeadsAndLse(Operation *op, ValueRange inputs, FlatSymbolRefAttr heads,
                                      RankedTensorType y, RankedTensorType lse,
                                      SymbolTableCollection &symbols) {
  if (failed(checkHeads(op, heads, y, symbols)))
    return failure();
  SmallVector<int64_t> shape{y.getDimSize(0)};
  if (heads)
    shape.push_back(symbols.lookupNearestSymbolFrom<DimOp>(op, heads).getMax());
  else
    llvm::append_range(shape, y.getShape().drop_front(2).drop_back());
  shape.push_back(y.getDimSize(1));
  RankedTensorType expected =
      RankedTensorType::get(shape, Float64Type::get(op->getContext()),
                            DimsAttr::get(op->getContext(), lseDims(inputs, heads)));
  if (lse == expected) // (C4)
    return success();
  return violates(op, 4) << "lse must be (B, heads, T) of f64; expected " << shapeText(expected)
                         << ", found " << shapeText(lse);
}

LogicalResult AttentionSavingOp::verifyRegions() {
  if (failed(checkInputs(*this, getInputs(), getHeadsAttr(), getResult().getType(), "the result")))
    return failure();
  return checkScore(*this, getInputs(), getCaptured(), getScore());
}

LogicalResult AttentionSavingOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkHeadsAndLse(*this, getInputs(), getHeadsAttr(), getResult().getType(),
                          getLse().getType(), symbols);
}

LogicalResult AttentionBackwardOp::verifyRegions() {
  if (failed(checkInputs(*this, getInputs(), getHeadsAttr(), getY().getType(), "y")) ||
      failed(checkScore(*this, getInputs(), getCaptured(), getScore(), /*scores=*/2)))
    return failure();
  if (getResultTypes() != getInputs().getTypes()) // (C5)
    return violates(*this, 5) << "the gradients must have the types of the inputs; these are "
                              << getInputs().getTypes() << ", the gradients " << getResultTypes();
  return success();
}

LogicalResult AttentionBackwardOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkHeadsAndLse(*this, getInputs(), getHeadsAttr(), getY().getType(), getLse().getType(),
                          symbols);
}

LogicalResult CrossEntropyBackwardOp::verify() {
  if (failed(checkTargets(*this, 1, "logits", getLogits().getType(), getTargets().getType())))
    return failure();
  return expectScalar(*this, 2, "dloss", getDloss().getType(), /*integer=*/false);
}

LogicalResult HeadCrossEntropyOp::verify() {
  RankedTensorType x = getX().getType(), weight = getWeight().getType();
  unsigned cDim = getTransposed() ? 1 : 0, vDim = 1 - cDim;
  if (weight.getRank() != 2 || !sameDim(x, -1, weight, cDim)) // (C1)
    return violates(*this, 1) << "the weight must be " << (getTransposed() ? "(V, C)" : "(C, V)")
                              << " with C the last dimension of x; x is " << shapeText(x)
                              << ", the weight is " << shapeText(weight);
  if (failed(checkTargets(*this, 2, "x", x, getTargets().getType())) || // (C2)
      failed(expectScalar(*this, 2, "dloss", getDloss().getType(), /*integer=*/false)))
    return failure();
  Value bias = getBias(), dbias = getDbias();
  if (!bias != !dbias) // (C4)
    return violates(*this, 4) << "bias and dbias must both be given or both be left out; only "
                              << (bias ? "bias" : "dbias") << " is there";
  for (Value vector : {bias, dbias})
    if (auto type = vector ? cast<RankedTensorType>(vector.getType()) : nullptr;
        type && (type.getRank() != 1 || !sameDim(type, 0, weight, vDim)))
      return violates(*this, 4) << "bias and dbias must have the dimension V of the weight, "
                                << dimText(weight, vDim) << "; one is " << shapeText(type);
  if (bias && getTransposed())
    return violates(*this, 4)
           << "a head with a bias takes its weight as (C, V), and not "
           << "'transposed'; keep linear, cross_entropy and their backward apart";
  for (Value value : {Value(getWeight()), bias, dbias}) // (C3)
    if (auto type = value ? cast<RankedTensorType>(value.getType()) : nullptr;
        type && type.getElementType() != x.getElementType())
      return violates(*this, 3)
             << "all but targets and dloss must have the element type of x; x is " << shapeText(x)
             << ", another is " << shapeText(type);
  Type f64 = Float64Type::get(getContext()), f32 = Float32Type::get(getContext());
  return expectResult(*this, 5, "rank 0 and type f32, or f64 for x of f64", // (C5)
                      scalar(x.getElementType() == f64 ? f64 : f32));
}

} // namespace tenon
