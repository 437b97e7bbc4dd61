// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of the operations of training, in the order of TenonTrainingOps.td. A comment (Cn)
// stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

using namespace mlir;

namespace tenon {

LogicalResult ConstantOp::verify() {
  if (getValue().isNaN()) // (C1)
    return violates(*this, 1) << "the value must be a number or infinite, it is " << getValueAttr();
  return expectScalar(*this, 1, "the result", getType(), /*integer=*/false);
}

LogicalResult TrainingDropoutOp::verify() {
  double probability = getProbability().convertToDouble();
  if (!isFloat(getType()) || getType().getRank() == 0 ||
      !(probability > 0 && probability < 1)) // (C1)
    return violates(*this, 1)
           << "drops floats of rank 1 or more with a probability in (0, 1); x is "
           << shapeText(getType()) << ", the probability " << getProbabilityAttr();
  if (failed(expectScalar(*this, 2, "seed", getSeed().getType(), /*integer=*/true)) || // (C2)
      failed(expectScalar(*this, 2, "step", getStep().getType(), /*integer=*/true)))
    return failure();
  Value first = getFirst();
  return first ? expectScalar(*this, 2, "first", first.getType(), /*integer=*/true) : success();
}

/// (C1) of what updates a parameter.
static ParamOp lookupParam(Operation *op, FlatSymbolRefAttr name, SymbolTableCollection &symbols) {
  auto param = symbols.lookupNearestSymbolFrom<ParamOp>(op, name);
  if (!param)
    (void)(violates(op, 1) << name << " is no tenon.param of the model; declare it");
  return param;
}

LogicalResult AccumulateOp::verify() {
  Value first = getFirst();
  if (!first)
    return success();
  if (!getFresh()) // (C3)
    return violates(*this, 3) << "'if_zero' says when the gradient begins; write 'fresh' before it";
  return expectScalar(*this, 3, "what follows 'if_zero'", first.getType(), /*integer=*/true);
}

LogicalResult AccumulateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  ParamOp param = lookupParam(*this, getNameAttr(), symbols);
  if (!param)
    return failure();
  if (param.getType() != getValue().getType()) // (C1)
    return violates(*this, 1) << "the value must have the type of parameter " << getNameAttr()
                              << "; it is " << shapeText(getValue().getType())
                              << ", the parameter is " << shapeText(param.getType());
  FlatSymbolRefAttr layers = param.getLayersAttr(); // (C2)
  if (layers && !insideRepeatOver(*this, layers))
    return violates(*this, 2) << "parameter " << getNameAttr() << " has layers " << layers
                              << "; use it inside a repeat over them";
  if (!layers && (*this)->getParentOfType<RepeatOp>())
    return violates(*this, 2) << "parameter " << getNameAttr() << " has no layers; accumulate its "
                              << "gradient outside of any repeat";
  return success();
}

LogicalResult GradientNormOp::verify() {
  if (getNames().empty()) // (C1)
    return violates(*this, 1) << "names no parameter; name one or more";
  return expectScalar(*this, 2, "the result", getType(), /*integer=*/false);
}

LogicalResult GradientNormOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (FlatSymbolRefAttr name : getNames().getAsRange<FlatSymbolRefAttr>()) // (C1)
    if (!lookupParam(*this, name, symbols))
      return failure();
  return success();
}

LogicalResult ClipFactorOp::verify() {
  return expectScalar(*this, 1, "the norm", getType(), /*integer=*/false);
}

LogicalResult AdamwOp::verify() {
  if (failed(expectScalar(*this, 2, "step", getStep().getType(), /*integer=*/true)))
    return failure();
  return expectScalar(*this, 2, "factor", getFactor().getType(), /*integer=*/false);
}

LogicalResult AdamwOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return success(lookupParam(*this, getNameAttr(), symbols) != nullptr);
}

LogicalResult SgdOp::verify() {
  return expectScalar(*this, 2, "factor", getFactor().getType(), /*integer=*/false);
}

LogicalResult SgdOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return success(lookupParam(*this, getNameAttr(), symbols) != nullptr);
}

LogicalResult InitialiseOp::verify() {
  return expectScalar(*this, 2, "seed", getSeed().getType(), /*integer=*/true);
}

LogicalResult InitialiseOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return success(lookupParam(*this, getNameAttr(), symbols) != nullptr);
}

} // namespace tenon
