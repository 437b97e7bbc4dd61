// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of choices and of products with gathered weights, in the order of TenonChoiceOps.td. A
// comment (Cn) stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

using namespace mlir;

namespace tenon {

/// Whether the last dimension is known at compile time.
static bool hasStaticRows(RankedTensorType type) {
  return type.getRank() > 0 && !type.isDynamicDim(type.getRank() - 1);
}

/// Whether two types have the same dimensions but for the last.
static bool haveSameRows(RankedTensorType x, RankedTensorType y) {
  return x.getRank() == y.getRank() && reshaped(x, 1) == reshaped(y, 1).clone(x.getElementType());
}

LogicalResult TopKOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (!isFloat(x) || !hasStaticRows(x)) // (C1)
    return violates(*this, 1) << "x must be floats (..., D), D known at compile time; it is "
                              << shapeText(x);
  if (!isI32(result) || !hasStaticRows(result) || !haveSameRows(x, result) || // (C2)
      result.getShape().back() > x.getShape().back())
    return violates(*this, 2) << "the result must be i32 with the dimensions of x but the last, "
                                 "which must be known at compile time and at most that of x; x is "
                              << shapeText(x) << ", the result is " << shapeText(result);
  return success();
}

LogicalResult TakeOp::verify() {
  RankedTensorType x = getX().getType(), ids = getIds().getType();
  if (!isFloat(x) || !hasStaticRows(x) || !isI32(ids) || !hasStaticRows(ids) || // (C1)
      !haveSameRows(x, ids))
    return violates(*this, 1) << "x must be floats, ids i32 with the dimensions of x but the last, "
                                 "both of which must be known at compile time; x is "
                              << shapeText(x) << ", ids are " << shapeText(ids);
  return expectResult(*this, 2, "the dimensions of ids and the element type of x",
                      ids.clone(x.getElementType()));
}

LogicalResult TakeBackwardOp::verify() {
  RankedTensorType dy = getDy().getType(), ids = getIds().getType(), result = getType();
  if (!isFloat(dy) || !isI32(ids) || !hasStaticRows(dy) || // (C1)
      ids.clone(dy.getElementType()) != dy)
    return violates(*this, 1) << "dy must be floats and ids i32 with the same dimensions, the last "
                                 "known at compile time; dy is "
                              << shapeText(dy) << ", ids are " << shapeText(ids);
  if (!hasStaticRows(result) || !haveSameRows(dy, result) || // (C2)
      result.getElementType() != dy.getElementType())
    return violates(*this, 2) << "the result must have the dimensions of dy but the last, which "
                                 "must be known at compile time, and its element type; dy is "
                              << shapeText(dy) << ", the result is " << shapeText(result);
  return success();
}

GatheredShape GatheredShape::of(RankedTensorType x, RankedTensorType weight, RankedTensorType ids,
                                RankedTensorType y) {
  GatheredShape shape;
  int64_t made = y.getRank() - ids.getRank(), summed = weight.getRank() - 1 - made;
  int64_t outer = x.getRank() - summed;
  if (made < 1 || summed < 1 || !weight.hasStaticShape() || !hasStaticRows(ids) ||
      (outer != ids.getRank() && outer != ids.getRank() - 1))
    return shape;
  shape.made = made;
  shape.summed = summed;
  shape.isShared = outer != ids.getRank();
  shape.parts = weight.getDimSize(0);
  shape.active = ids.getShape().back();
  for (unsigned dim : shape.dimsOfK())
    shape.depth *= weight.getDimSize(dim);
  for (unsigned dim : shape.dimsOfN())
    shape.columns *= weight.getDimSize(dim);
  return shape;
}

SmallVector<unsigned> GatheredShape::dimsOfN() const {
  return llvm::to_vector(llvm::seq(1u, 1 + made));
}
SmallVector<unsigned> GatheredShape::dimsOfK() const {
  return llvm::to_vector(llvm::seq(1 + made, 1 + made + summed));
}

GatheredShape GatheredLinearOp::getShape() {
  return GatheredShape::of(getX().getType(), getWeight().getType(), getIds().getType(), getType());
}
GatheredShape GatheredLinearBackwardOp::getShape() {
  return GatheredShape::of(getType(), getWeight().getType(), getIds().getType(), getDy().getType());
}
GatheredShape GatheredLinearBackwardWeightOp::getShape() {
  return GatheredShape::of(getX().getType(), getType(), getIds().getType(), getDy().getType());
}

/// (C1) to (C3) of all three: of x, the weight (D, N..., K...), ids (M..., A) and y; `xText` and so
/// on are what the operation calls them.
static LogicalResult checkGathered(Operation *op, GatheredShape shape, RankedTensorType x,
                                   StringRef xText, int ofX, RankedTensorType weight,
                                   StringRef weightText, RankedTensorType ids, RankedTensorType y,
                                   StringRef yText, int ofY) {
  if (!isI32(ids) || !hasStaticRows(ids) || weight.getRank() < 3 ||
      !weight.hasStaticShape()) // (C1)
    return violates(op, 1) << "ids must be i32 (M..., A), A known at compile time, and "
                           << weightText << " (D, N..., K...); ids are " << shapeText(ids) << ", "
                           << weightText << " is " << shapeText(weight);
  auto has = [&](RankedTensorType type, unsigned drop, ArrayRef<unsigned> dims) {
    return type == reshaped(ids, drop, weight, dims).clone(type.getElementType());
  };
  if (shape.made == 0 || !has(x, shape.isShared, shape.dimsOfK()))
    return violates(op, ofX) << xText << " must have the dimensions of ids, or these but the last, "
                             << "then K of " << weightText << " (D, N..., K...); ids are "
                             << shapeText(ids) << ", " << weightText << " is " << shapeText(weight)
                             << ", " << xText << " is " << shapeText(x);
  if (!has(y, 0, shape.dimsOfN()))
    return violates(op, ofY) << yText << " must have the dimensions of ids, then N of "
                             << weightText << " (D, N..., K...); ids are " << shapeText(ids) << ", "
                             << weightText << " is " << shapeText(weight) << ", " << yText << " is "
                             << shapeText(y);
  return success();
}

/// (C4) of the backward.
static LogicalResult checkSameFloats(Operation *op, RankedTensorType x, RankedTensorType y,
                                     RankedTensorType z) {
  if (isFloat(x) && x.getElementType() == y.getElementType() &&
      y.getElementType() == z.getElementType())
    return success();
  return violates(op, 4) << "all must have the same float element type; they are " << shapeText(x)
                         << ", " << shapeText(y) << " and " << shapeText(z);
}

LogicalResult GatheredLinearOp::verify() {
  RankedTensorType x = getX().getType(), weight = getWeight().getType(), result = getType();
  if (failed(checkGathered(*this, getShape(), x, "x", 2, weight, "the weight", getIds().getType(),
                           result, "the result", 3)))
    return failure();
  if (!isFloat(x) || weight.getElementType() != x.getElementType() || // (C4)
      (result.getElementType() != x.getElementType() &&
       !(x.getElementType().isBF16() && result.getElementType().isF32())))
    return violates(*this, 4) << "x and the weight must have the same float element type, the "
                                 "result too, or f32 for bf16; x is "
                              << shapeText(x) << ", the weight is " << shapeText(weight)
                              << ", the result is " << shapeText(result);
  return success();
}

LogicalResult GatheredLinearBackwardOp::verify() {
  RankedTensorType dy = getDy().getType(), weight = getWeight().getType();
  GatheredShape shape = getShape();
  if (failed(checkGathered(*this, shape, getType(), "the result", 3, weight, "the weight",
                           getIds().getType(), dy, "dy", 2)))
    return failure();
  if (shape.isShared) // (C3)
    return violates(*this, 3) << "the result must have all dimensions of ids, then K; ids are "
                              << shapeText(getIds().getType()) << ", the result is "
                              << shapeText(getType());
  return checkSameFloats(*this, dy, weight, getType());
}

LogicalResult GatheredLinearBackwardWeightOp::verify() {
  RankedTensorType x = getX().getType(), dy = getDy().getType();
  if (failed(checkGathered(*this, getShape(), x, "x", 2, getType(), "the result",
                           getIds().getType(), dy, "dy", 3)))
    return failure();
  return checkSameFloats(*this, x, dy, getType());
}

} // namespace tenon
