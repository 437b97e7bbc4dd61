// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers, folds and effects of the operations of the field, in the order of TenonOps.td.
// A comment (Cn) stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {

LogicalResult EmbeddingOp::verify() {
  RankedTensorType table = getTable().getType(), ids = getIds().getType();
  if (table.getRank() != 2 || !isFloat(table)) // (C1)
    return violates(*this, 1) << "the table must be (V, C) of floats; it is " << shapeText(table);
  if (!isI32(ids)) // (C2)
    return violates(*this, 2) << "ids must be i32; they are " << shapeText(ids);
  RankedTensorType rows = reshaped(ids, 0, table, {1u}).clone(table.getElementType()); // (C3)
  Type f32 = Float32Type::get(getContext());
  if (table.getElementType().isBF16() && getType().getElementType() == f32)
    rows = rows.clone(f32);
  return expectResult(
      *this, 3, "the dimensions of ids, then C, of the table's element type (f32 for bf16)", rows);
}

LogicalResult EmbeddingOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto positions = getIds().getDefiningOp<PositionsOp>();
  if (!positions || dimNames(positions.getType()).empty())
    return success();
  // (C4) A size that is not known before run time is bounded by its dimension.
  StringAttr counted = dimNames(positions.getType()).back();
  auto dim = symbols.lookupNearestSymbolFrom<DimOp>(*this, counted);
  RankedTensorType table = getTable().getType();
  if (!dim || table.isDynamicDim(0) || static_cast<int64_t>(dim.getMax()) <= table.getDimSize(0))
    return success();
  return violates(*this, 4) << "positions of '" << counted.getValue() << "' count up to "
                            << dim.getMax() << ", the table has " << dimText(table, 0)
                            << " rows; bound '" << counted.getValue() << "' by "
                            << table.getDimSize(0);
}

LogicalResult CastOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (!isFloat(x) || !isFloat(result) || x.clone(result.getElementType()) != result) // (C1)
    return violates(*this, 1) << "x and the result must be floats with the same dimensions; x is "
                              << shapeText(x) << ", the result is " << shapeText(result);
  return success();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult PositionsOp::verify() {
  RankedTensorType ids = getIds().getType(), result = getType();
  if (result.getRank() != 1 || !isI32(result) || !sameDim(result, 0, ids, -1)) // (C1)
    return violates(*this, 1) << "the result must be i32 with the last dimension of ids; ids are "
                              << shapeText(ids) << ", the result is " << shapeText(result);
  return success();
}

LogicalResult AddOp::verify() {
  RankedTensorType x = getX().getType(), y = getY().getType();
  if (!isFloat(x) || x.getElementType() != y.getElementType()) // (C2)
    return violates(*this, 2) << "x and y must have the same float element type; x is "
                              << shapeText(x) << ", y is " << shapeText(y);
  if (!placesIn(y, x)) // (C1)
    return violates(*this, 1) << "x must have all dimensions of y, in the same order; x is "
                              << shapeText(x) << ", y is " << shapeText(y)
                              << "; give the bigger one first";
  return success();
}

LogicalResult ScaleOp::verify() {
  if (!isFloat(getType()) || !getFactor().isFinite()) // (C1)
    return violates(*this, 1) << "scales floats by a finite factor; x is " << shapeText(getType())
                              << ", the factor " << getFactorAttr();
  return success();
}

OpFoldResult ScaleOp::fold(FoldAdaptor) {
  return getFactor().isExactlyValue(1.0) ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult DropoutOp::verify() {
  double probability = getProbability().convertToDouble();
  if (!isFloat(getType()) || !(probability >= 0 && probability < 1)) // (C1)
    return violates(*this, 1) << "drops floats with a probability in [0, 1); x is "
                              << shapeText(getType()) << ", the probability "
                              << getProbabilityAttr();
  return success();
}

OpFoldResult DropoutOp::fold(FoldAdaptor) {
  return getProbability().isZero() ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult LayerNormOp::verify() {
  RankedTensorType x = getX().getType();
  auto check = [&](Value vector, StringRef what) -> LogicalResult {
    auto type = cast<RankedTensorType>(vector.getType());
    if (type.getRank() != 1 || !sameDim(type, 0, x, -1)) // (C1)
      return violates(*this, 1) << what << " must have the last dimension of x; x is "
                                << shapeText(x) << ", " << what << " is " << shapeText(type);
    if (!isFloat(x) || type.getElementType() != x.getElementType()) // (C2)
      return violates(*this, 2) << what << " must have the float element type of x; x is "
                                << shapeText(x) << ", " << what << " is " << shapeText(type);
    return success();
  };
  if (failed(check(getWeight(), "weight")) || (getBias() && failed(check(getBias(), "bias"))))
    return failure();
  return checkEpsilon(*this, getEpsilonAttr());
}

ProductShape LinearOp::getShape() {
  return ProductShape::of(getX().getType(), getWeight().getType(), getType(), getTransposed());
}

LogicalResult LinearOp::verify() {
  RankedTensorType x = getX().getType(), weight = getWeight().getType();
  ProductShape shape = getShape();
  if (!shape.fitsK(x, weight)) { // (C1)
    InFlightDiagnostic error = violates(*this, 1);
    error << "the weight must be " << shape.weightText() << " with K the last of x; x is "
          << shapeText(x) << ", the weight is " << shapeText(weight) << ", the result is "
          << shapeText(getType());
    if (ProductShape::of(x, weight, getType(), !getTransposed()).fitsK(x, weight))
      error << "; did you mean it "
            << (getTransposed() ? "without 'transposed'?" : "'transposed'?");
    return error;
  }
  if (Value bias = getBias()) { // (C2)
    auto type = cast<RankedTensorType>(bias.getType());
    if (type.getRank() != shape.made || !shape.fitsN(type, weight))
      return violates(*this, 2) << "bias must have the dimensions N of the weight, "
                                << shapeText(weight) << "; it is " << shapeText(type);
  }
  if (!isFloat(x) || weight.getElementType() != x.getElementType()) // (C4)
    return violates(*this, 4) << "x and the weight must have the same float element type; x is "
                              << shapeText(x) << ", the weight is " << shapeText(weight);
  Type result = getType().getElementType();
  if (result != x.getElementType() && !(x.getElementType().isBF16() && result.isF32()))
    return violates(*this, 4)
           << "the result must have the element type of x, or f32 for bf16; x is " << shapeText(x)
           << ", the result is " << shapeText(getType());
  if (getBias() && cast<RankedTensorType>(getBias().getType()).getElementType() != result)
    return violates(*this, 4) << "bias must have the element type of the result, " << result
                              << "; it is " << shapeText(getBias().getType());
  return expectResult(*this, 3, "the dimensions of x with N in place of K", // (C3)
                      reshaped(x, shape.summed, weight, shape.dimsOfN()).clone(result));
}

LogicalResult GeluOp::verify() {
  if (!isFloat(getType())) // (C1)
    return violates(*this, 1) << "x must be floats; it is " << shapeText(getType());
  return success();
}

std::string titleOf(Operation *op) {
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return stringifyReduction(reduce.getKind()).str();
  if (auto elementwise = dyn_cast<ElementwiseOp>(op))
    return stringifyScalarFunction(elementwise.getFunction()).str();
  return op->getName().stripDialect().str();
}

unsigned operandsOf(ScalarFunction function) {
  switch (function) {
  case ScalarFunction::add:
  case ScalarFunction::subtract:
  case ScalarFunction::multiply:
  case ScalarFunction::divide:
  case ScalarFunction::minimum:
  case ScalarFunction::maximum:
    return 2;
  case ScalarFunction::exp:
  case ScalarFunction::log:
  case ScalarFunction::sqrt:
  case ScalarFunction::rsqrt:
  case ScalarFunction::tanh:
  case ScalarFunction::sigmoid:
  case ScalarFunction::sin:
  case ScalarFunction::cos:
  case ScalarFunction::as_f32:
    return 1;
  case ScalarFunction::select_less:
  case ScalarFunction::select_at_most:
    return 4;
  }
  llvm_unreachable("all functions are above");
}

/// The type of the operand with the most dimensions, the first of them.
static RankedTensorType biggest(ValueRange inputs) {
  RankedTensorType result;
  for (Value input : inputs) {
    auto type = cast<RankedTensorType>(input.getType());
    if (!result || type.getRank() > result.getRank())
      result = type;
  }
  return result;
}

void ElementwiseOp::build(OpBuilder &b, OperationState &state, ScalarFunction function,
                          ValueRange inputs) {
  build(b, state, biggest(inputs), function, inputs);
}

LogicalResult ElementwiseOp::verify() {
  unsigned wanted = operandsOf(getFunction());
  if (getInputs().size() != wanted) // (C1)
    return violates(*this, 1) << stringifyScalarFunction(getFunction()) << " takes " << wanted
                              << " operands; it has " << getInputs().size();
  bool converts = getFunction() == ScalarFunction::as_f32; // (C2)
  if (converts && (!isI32(getInputs()[0].getType()) || !getType().getElementType().isF32()))
    return violates(*this, 2) << "as_f32 makes f32 of i32; the result is " << shapeText(getType())
                              << ", the operand is " << shapeText(getInputs()[0].getType());
  if (converts && getInputs()[0].getDefiningOp<PositionsOp>())
    return violates(*this, 2) << "the operand is made by tenon.positions; use tenon.along";
  llvm::BitVector found(getType().getRank());
  for (Value input : getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    bool isFit = isFloat(type) && type.getElementType() == getType().getElementType();
    if (!isFit && !converts) // (C2)
      return violates(*this, 2) << "operands must have the float element type of the result; it is "
                                << shapeText(getType()) << ", an operand is " << shapeText(type);
    auto places = placesIn(type, getType());
    if (!places) // (C3)
      return violates(*this, 3) << "the result must have all dimensions of its operands, in the "
                                   "same order; it is "
                                << shapeText(getType()) << ", an operand is " << shapeText(type);
    for (unsigned place : *places)
      found.set(place);
  }
  if (int place = found.find_first_unset(); place >= 0) // (C3)
    return violates(*this, 3) << "each dimension of the result must be one of an operand; '"
                              << dimNames(getType())[place].getValue() << "' of "
                              << shapeText(getType()) << " is of none";
  return success();
}

void ReduceOp::build(OpBuilder &b, OperationState &state, Reduction kind, Value x, unsigned place) {
  auto type = cast<RankedTensorType>(x.getType());
  build(b, state, withoutDim(type, place), kind, x, dimNames(type)[place].getValue());
}

unsigned ReduceOp::getPlace() {
  ArrayRef<StringAttr> names = dimNames(getX().getType());
  unsigned place = names.size() - 1;
  while (names[place] != getOverAttr().getAttr())
    --place;
  return place;
}

bool ReduceOp::isOfRows() {
  RankedTensorType x = getX().getType();
  return getPlace() + 1 == x.getRank() && !x.isDynamicDim(getPlace());
}

LogicalResult ReduceOp::verify() {
  RankedTensorType x = getX().getType();
  if (!llvm::is_contained(dimNames(x), getOverAttr().getAttr())) // (C1)
    return violates(*this, 1) << "x must have the dimension " << getOverAttr() << "; it is "
                              << shapeText(x);
  if (!isFloat(x)) // (C2)
    return violates(*this, 2) << "x must be floats; it is " << shapeText(x);
  return expectResult(*this, 2, "the dimensions of x without that one", withoutDim(x, getPlace()));
}

LogicalResult AttentionOp::verifyRegions() {
  if (failed(checkInputs(*this, getInputs(), getHeadsAttr(), getType(), "the result")) ||
      failed(checkScore(*this, getInputs(), getCaptured(), getScore()))) // (C7)
    return failure();
  if (getBidirectional() && getCacheAttr()) // (C8)
    return violates(*this, 8) << "bidirectional attention has no cache, since later tokens would "
                                 "change what earlier ones saw; it has "
                              << getCacheAttr();
  if (getKeeps() && !(getKeeps()->isBF16() && getType().getElementType().isF32())) // (C5)
    return violates(*this, 5) << "keeps bf16 where the result is f32; it keeps " << *getKeeps()
                              << ", the result is " << shapeText(getType());
  return success();
}

LogicalResult AttentionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  RankedTensorType result = getType();
  if (failed(checkHeads(*this, getHeadsAttr(), result, symbols)))
    return failure();
  if (!getCacheAttr())
    return success();
  FailureOr<StateOp> cache = lookupCache(*this, 4, StateKind::KvCache, symbols); // (C4)
  if (failed(cache))
    return failure();
  bool isPacked = getHeadsAttr() != nullptr;
  RankedTensorType held = cache->getTensorType();
  auto like = isPacked ? result : cast<RankedTensorType>(getInputs()[1].getType());
  if (!isCacheOf(held, like) || held.getElementType() != getKeptType()) {
    auto [shape, what] = isPacked ? std::pair("(B, context, C) for the result", "the result")
                                  : std::pair("(B, context, heads..., D) as k", "k");
    return violates(*this, 4) << "the cache must be " << shape << ", of the type that is kept, "
                              << getKeptType() << "; " << getCacheAttr() << " is "
                              << shapeText(held) << ", " << what << " is " << shapeText(like);
  }
  return success();
}

void AttentionOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addCacheEffects(*this, effects);
}

RankedTensorType lastTokenType(RankedTensorType x) {
  SmallVector<int64_t> shape(x.getShape());
  SmallVector<StringAttr> names(dimNames(x));
  shape.erase(shape.begin() + 1);
  names.erase(names.begin() + 1);
  return RankedTensorType::get(shape, x.getElementType(), DimsAttr::get(x.getContext(), names));
}

LogicalResult LastTokenOp::verify() {
  RankedTensorType x = getX().getType();
  if (x.getRank() < 3) // (C1)
    return violates(*this, 1) << "x must be (B, T, ...) with something behind T; it is "
                              << shapeText(x);
  return expectResult(*this, 1, "the dimensions of x but the second", lastTokenType(x));
}

LogicalResult CrossEntropyOp::verify() {
  RankedTensorType logits = getLogits().getType();
  if (failed(checkTargets(*this, 1, "logits", logits, getTargets().getType())))
    return failure();
  Type f64 = Float64Type::get(getContext()), f32 = Float32Type::get(getContext()); // (C2)
  return expectResult(*this, 2, "rank 0 and type f32, or f64 for logits of f64",
                      scalar(logits.getElementType() == f64 ? f64 : f32));
}

LogicalResult TokenCrossEntropyOp::verify() {
  RankedTensorType logits = getLogits().getType(), targets = getTargets().getType();
  if (failed(checkTargets(*this, 1, "logits", logits, targets)))
    return failure();
  return expectResult(*this, 2, "the dimensions of targets and the element type of logits", // (C2)
                      targets.clone(logits.getElementType()));
}

LogicalResult MaskedMeanOp::verify() {
  RankedTensorType x = getX().getType(), targets = getTargets().getType();
  if (!isFloat(x) || !isI32(targets) || x.clone(targets.getElementType()) != targets) // (C1)
    return violates(*this, 1) << "targets must be i32 with the dimensions of the floats x; x is "
                              << shapeText(x) << ", targets are " << shapeText(targets);
  return expectResult(*this, 2, "rank 0 and the element type of x", scalar(x.getElementType()));
}

} // namespace tenon

#define GET_OP_CLASSES
#include "TenonOps.cpp.inc"
