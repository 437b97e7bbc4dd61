// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of the backward operations, in the order of TenonBackwardOps.td. A comment (Cn) stands
// where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

using namespace mlir;

namespace tenon {

LogicalResult EmbeddingBackwardOp::verify() {
  RankedTensorType dy = getDy().getType(), ids = getIds().getType(), result = getType();
  if (!isI32(ids) || !isFloat(dy) || dy.getRank() == 0 || // (C1)
      ids != reshaped(dy, 1).clone(ids.getElementType()))
    return violates(*this, 1) << "dy must be floats with the dimensions of the i32 ids, then C; dy "
                              << "is " << shapeText(dy) << ", ids are " << shapeText(ids);
  if (result.getRank() != 2 || !sameDim(result, 1, dy, -1) || // (C2)
      result.getElementType() != dy.getElementType())
    return violates(*this, 2) << "the result must be (V, C) with the C and the element type of dy; "
                              << "dy is " << shapeText(dy) << ", the result is "
                              << shapeText(result);
  return success();
}

LogicalResult SumLeadingOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  bool fits = isFloat(x) && x.getElementType() == result.getElementType() &&
              result.getRank() < x.getRank(); // (C1)
  for (int64_t fromEnd = 1; fits && fromEnd <= result.getRank(); ++fromEnd)
    fits = sameDim(x, x.getRank() - fromEnd, result, result.getRank() - fromEnd);
  if (fits)
    return success();
  return violates(*this, 1) << "the result must have the last dimensions of the floats x, but not "
                            << "all; x is " << shapeText(x) << ", the result is "
                            << shapeText(result);
}

LogicalResult SpreadOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (isFloat(x) && x.getElementType() == result.getElementType() && // (C1)
      x.getRank() < result.getRank() && placesIn(x, result))
    return success();
  return violates(*this, 1) << "the result must have all dimensions of the floats x, in the same "
                            << "order, and more; x is " << shapeText(x) << ", the result is "
                            << shapeText(result);
}

/// (C1) to (C3) of the layer norm's gradients: `vector` is the weight, or has its type.
static LogicalResult checkNorm(Operation *op, RankedTensorType x, RankedTensorType vector,
                               StringRef what, FloatAttr epsilon) {
  if (vector.getRank() != 1 || !sameDim(vector, 0, x, -1)) // (C1)
    return violates(op, 1) << what << " must have the last dimension of x; x is " << shapeText(x)
                           << ", " << what << " is " << shapeText(vector);
  if (!isFloat(x) || vector.getElementType() != x.getElementType()) // (C2)
    return violates(op, 2) << what << " must have the float element type of x; x is "
                           << shapeText(x) << ", " << what << " is " << shapeText(vector);
  return checkEpsilon(op, epsilon);
}

LogicalResult LayerNormBackwardOp::verify() {
  return checkNorm(*this, getX().getType(), getWeight().getType(), "weight", getEpsilonAttr());
}

LogicalResult LayerNormBackwardWeightOp::verify() {
  return checkNorm(*this, getX().getType(), getType(), "the result", getEpsilonAttr());
}

ProductShape LinearBackwardOp::getShape() {
  return ProductShape::of(getType(), getWeight().getType(), getDy().getType(), getTransposed());
}

LogicalResult LinearBackwardOp::verify() {
  RankedTensorType dy = getDy().getType(), weight = getWeight().getType();
  ProductShape shape = getShape();
  if (!shape.fitsN(dy, weight)) // (C1)
    return violates(*this, 1) << "the weight must be " << shape.weightText()
                              << " with N the last of dy; dy is " << shapeText(dy)
                              << ", the weight is " << shapeText(weight) << ", the result is "
                              << shapeText(getType());
  if (!isFloat(dy) || weight.getElementType() != dy.getElementType()) // (C2)
    return violates(*this, 2) << "dy and weight must have the same float element type; dy is "
                              << shapeText(dy) << ", the weight is " << shapeText(weight);
  return expectResult(*this, 3, "the dimensions of dy with K in place of N", // (C3)
                      reshaped(dy, shape.made, weight, shape.dimsOfK()));
}

ProductShape LinearBackwardWeightOp::getShape() {
  return ProductShape::of(getX().getType(), getType(), getDy().getType(), getTransposed());
}

LogicalResult LinearBackwardWeightOp::verify() {
  RankedTensorType x = getX().getType(), dy = getDy().getType();
  ProductShape shape = getShape();
  bool fits = shape.summed > 0 && isFloat(x) && x.getElementType() == dy.getElementType();
  if (!fits || reshaped(x, shape.summed) != reshaped(dy, shape.made)) // (C1)
    return violates(*this, 1) << "x and dy must be the same floats with the same dimensions but "
                              << "for K and N; x is " << shapeText(x) << ", dy is " << shapeText(dy)
                              << ", the result is " << shapeText(getType());
  auto lastOf = [](RankedTensorType type, int64_t count) {
    return llvm::to_vector(llvm::seq(static_cast<unsigned>(type.getRank() - count),
                                     static_cast<unsigned>(type.getRank())));
  };
  RankedTensorType none = reshaped(x, x.getRank());
  auto k = [&](RankedTensorType to) { return reshaped(to, 0, x, lastOf(x, shape.summed)); };
  auto n = [&](RankedTensorType to) { return reshaped(to, 0, dy, lastOf(dy, shape.made)); };
  return expectResult(*this, 2, "the shape " + shape.weightText().str(), // (C2)
                      getTransposed() ? k(n(none)) : n(k(none)));
}

LogicalResult GeluBackwardOp::verify() {
  if (!isFloat(getType())) // (C1)
    return violates(*this, 1) << "x must be floats; it is " << shapeText(getType());
  return success();
}

} // namespace tenon
