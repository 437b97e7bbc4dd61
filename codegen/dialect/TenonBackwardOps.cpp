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

LogicalResult LinearBackwardOp::verify() {
  RankedTensorType dy = getDy().getType(), weight = getWeight().getType();
  unsigned kDim = getTransposed() ? 1 : 0, nDim = 1 - kDim;
  if (weight.getRank() != 2 || !sameDim(dy, -1, weight, nDim)) // (C1)
    return violates(*this, 1) << "the weight must be " << (getTransposed() ? "(N, K)" : "(K, N)")
                              << " with N the last dimension of dy; dy is " << shapeText(dy)
                              << ", the weight is " << shapeText(weight);
  if (!isFloat(dy) || weight.getElementType() != dy.getElementType()) // (C2)
    return violates(*this, 2) << "dy and weight must have the same float element type; dy is "
                              << shapeText(dy) << ", the weight is " << shapeText(weight);
  return expectResult(*this, 3, "the dimensions of dy with K in place of N", // (C3)
                      reshaped(dy, 1, weight, {kDim}));
}

LogicalResult LinearBackwardWeightOp::verify() {
  RankedTensorType x = getX().getType(), dy = getDy().getType();
  bool fits = isFloat(x) && x.getRank() > 0 && dy.getRank() > 0 &&
              x.getElementType() == dy.getElementType();
  if (!fits || reshaped(x, 1) != reshaped(dy, 1)) // (C1)
    return violates(*this, 1) << "x and dy must be the same floats with the same dimensions but "
                              << "for the last; x is " << shapeText(x) << ", dy is "
                              << shapeText(dy);
  RankedTensorType rows = getTransposed() ? dy : x, columns = getTransposed() ? x : dy;
  unsigned last = columns.getRank() - 1, first = rows.getRank() - 1;
  RankedTensorType none = reshaped(x, x.getRank());
  RankedTensorType expected = reshaped(reshaped(none, 0, rows, {first}), 0, columns, {last});
  return expectResult(*this, 2, getTransposed() ? "the shape (N, K)" : "the shape (K, N)", // (C2)
                      expected);
}

LogicalResult GeluBackwardOp::verify() {
  if (!isFloat(getType())) // (C1)
    return violates(*this, 1) << "x must be floats; it is " << shapeText(getType());
  return success();
}

} // namespace tenon
