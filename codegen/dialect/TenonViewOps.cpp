// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of the operations on where elements stand, in the order of TenonViewOps.td. A comment
// (Cn) stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"

using namespace mlir;

namespace tenon {

LogicalResult AlongOp::verify() {
  if (getType().getRank() != 1 || !getType().getElementType().isF32()) // (C1)
    return violates(*this, 1) << "the result must be f32 of rank 1; it is " << shapeText(getType());
  return success();
}

LogicalResult AlongOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto dim = symbols.lookupNearestSymbolFrom<DimOp>(*this, dimNames(getType()).front());
  if (!dim || static_cast<int64_t>(dim.getMax()) <= mostElements) // (C2)
    return success();
  return violates(*this, 2) << "f32 counts exactly up to " << mostElements << "; '"
                            << dim.getSymName() << "' has up to " << dim.getMax() << " elements";
}

/// Whether two are the same floats but for their last dimensions, known at compile time.
static bool differInTheLastAlone(RankedTensorType x, RankedTensorType y) {
  return isFloat(x) && x.getRank() > 0 && y.getRank() > 0 && !x.isDynamicDim(x.getRank() - 1) &&
         !y.isDynamicDim(y.getRank() - 1) && reshaped(x, 1) == reshaped(y, 1);
}

LogicalResult SliceOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (!differInTheLastAlone(x, result)) // (C1)
    return violates(*this, 1)
           << "the result must be the floats x but for the last dimension, known "
              "at compile time; x is "
           << shapeText(x) << ", the result is " << shapeText(result);
  int64_t size = x.getShape().back(), count = result.getShape().back();
  if (getBegin() < 0 || getBegin() > size - count) // (C2)
    return violates(*this, 2) << "takes " << dimText(result, result.getRank() - 1)
                              << " elements from " << getBegin() << " on; x has "
                              << dimText(x, x.getRank() - 1);
  return success();
}

LogicalResult JoinOp::verify() {
  int64_t rank = getType().getRank(), end = 0;
  if (getParts().empty() || getParts().size() != getOffsets().size()) // (C2)
    return violates(*this, 2) << "needs one part or more, and as many offsets; it has "
                              << getParts().size() << " parts and " << getOffsets().size()
                              << " offsets";
  for (auto [part, offset] : llvm::zip_equal(getParts(), getOffsets())) {
    auto type = cast<RankedTensorType>(part.getType());
    if (!differInTheLastAlone(type, getType())) // (C1)
      return violates(*this, 1) << "a part must be the floats of the result but for the last "
                                   "dimension, known at compile time; the result is "
                                << shapeText(getType()) << ", a part is " << shapeText(type);
    int64_t size = type.getShape().back();
    if (offset < end || offset > getType().getShape().back() - size) // (C2)
      return violates(*this, 2) << "a part of " << dimText(type, rank - 1) << " elements at "
                                << offset << " overlaps the one before it, which ends at " << end
                                << ", or the end of the result, " << dimText(getType(), rank - 1);
    end = offset + size;
  }
  return success();
}

} // namespace tenon
