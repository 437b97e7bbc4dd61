// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers of the operations on where elements stand, in the order of TenonViewOps.td. A comment
// (Cn) stands where constraint n of the operation is checked.
#include "Tenon.h"

#include "Checks.h"
#include "RowParts.h"

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

/// Whether `part` has the floats of `whole` but for its last dimension, which is in place of the
/// last ones of `whole`; all these known at compile time.
static bool isPart(RankedTensorType part, RankedTensorType whole) {
  unsigned row = rowRank(part, whole);
  return isFloat(whole) && part.getRank() > 0 && row > 0 &&
         !part.isDynamicDim(part.getRank() - 1) &&
         !ShapedType::isDynamicShape(whole.getShape().take_back(row)) &&
         reshaped(part, 1) == reshaped(whole, row);
}

/// The last dimensions of `whole` that a part's last one is in place of, for messages.
static std::string rowText(RankedTensorType part, RankedTensorType whole) {
  std::string text;
  for (int64_t dim = whole.getRank() - rowRank(part, whole); dim < whole.getRank(); ++dim)
    text += (text.empty() ? "" : " x ") + dimText(whole, dim);
  return text;
}

LogicalResult SliceOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (!isPart(result, x)) // (C1)
    return violates(*this, 1)
           << "the result must be the floats x with one dimension in place of the "
              "last ones, known at compile time; x is "
           << shapeText(x) << ", the result is " << shapeText(result);
  int64_t count = result.getShape().back();
  if (getBegin() < 0 || getBegin() > rowColumns(x, rowRank(result, x)) - count) // (C2)
    return violates(*this, 2) << "takes " << dimText(result, result.getRank() - 1)
                              << " elements from " << getBegin() << " on; x has "
                              << rowText(result, x);
  return success();
}

LogicalResult JoinOp::verify() {
  if (getParts().empty() || getParts().size() != getOffsets().size()) // (C2)
    return violates(*this, 2) << "needs one part or more, and as many offsets; it has "
                              << getParts().size() << " parts and " << getOffsets().size()
                              << " offsets";
  auto first = cast<RankedTensorType>(getParts().front().getType());
  int64_t end = 0;
  for (auto [part, offset] : llvm::zip_equal(getParts(), getOffsets())) {
    auto type = cast<RankedTensorType>(part.getType());
    if (type.getRank() != first.getRank() || !isPart(type, getType())) // (C1)
      return violates(*this, 1) << "parts must be the floats of the result with one dimension in "
                                   "place of the last ones, known at compile time; the result is "
                                << shapeText(getType()) << ", a part is " << shapeText(type);
    int64_t size = type.getShape().back();
    if (offset < end || offset > rowColumns(getType(), rowRank(type, getType())) - size) // (C2)
      return violates(*this, 2) << "a part of " << dimText(type, type.getRank() - 1)
                                << " elements at " << offset
                                << " overlaps the one before it, which ends at " << end
                                << ", or the end of the result, " << rowText(type, getType());
    end = offset + size;
  }
  return success();
}

LogicalResult ShiftOp::verify() {
  RankedTensorType x = getX().getType();
  if (!isFloat(x) || x.getRank() < 2 ||
      ShapedType::isDynamicShape(x.getShape().drop_front(2))) // (C1)
    return violates(*this, 1)
           << "x must be floats (B, T, ...), all behind T known at compile time; "
              "it is "
           << shapeText(x);
  if (getDistance() == 0 || (getCacheAttr() && getDistance() < 0)) // (C2)
    return violates(*this, 2) << "shifts by " << getDistance() << "; it must not be 0"
                              << (getCacheAttr() ? ", and with a cache not below it" : "");
  return success();
}

LogicalResult ShiftOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getCacheAttr())
    return success();
  FailureOr<StateOp> cache = lookupCache(*this, 3, StateKind::Rows, symbols); // (C3)
  if (failed(cache))
    return failure();
  RankedTensorType x = getX().getType(), held = cache->getTensorType();
  if (isCacheOf(held, x) && held.getElementType() == x.getElementType())
    return success();
  return violates(*this, 3) << "the cache must be (B, context, ...) as x; " << getCacheAttr()
                            << " is " << shapeText(held) << ", x is " << shapeText(x);
}

void ShiftOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addCacheEffects(*this, effects);
}

} // namespace tenon
