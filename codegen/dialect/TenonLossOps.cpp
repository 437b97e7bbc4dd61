// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of attention and the loss in training, in the order of TenonLossOps.td. A comment (Cn)
// stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

using namespace mlir;

namespace tenon {

/// (C2) and (C4) of attention that has a log-sum-exp.
static LogicalResult checkHeadsAndLse(Operation *op, FlatSymbolRefAttr heads, RankedTensorType y,
                                      RankedTensorType lse, SymbolTableCollection &symbols) {
  FailureOr<int64_t> count = checkHeads(op, heads, y, symbols);
  if (failed(count))
    return failure();
  RankedTensorType expected = RankedTensorType::get(
      {y.getDimSize(0), *count, y.getDimSize(1)}, Float64Type::get(op->getContext()),
      DimsAttr::get(op->getContext(), {dimNames(y)[0], heads.getAttr(), dimNames(y)[1]}));
  if (lse == expected) // (C4)
    return success();
  return violates(op, 4) << "lse must be (B, heads, T) of f64; expected " << shapeText(expected)
                         << ", found " << shapeText(lse);
}

LogicalResult AttentionSavingOp::verify() {
  return checkQkv(*this, getQkv().getType(), getResult().getType(), "the result");
}

LogicalResult AttentionSavingOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkHeadsAndLse(*this, getHeadsAttr(), getResult().getType(), getLse().getType(),
                          symbols);
}

LogicalResult AttentionBackwardOp::verify() {
  return checkQkv(*this, getQkv().getType(), getY().getType(), "y");
}

LogicalResult AttentionBackwardOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkHeadsAndLse(*this, getHeadsAttr(), getY().getType(), getLse().getType(), symbols);
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
