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

/// Whether both hold the same floats in rows that are known at compile time.
static bool haveRows(RankedTensorType x, RankedTensorType y) {
  unsigned outer = outerRank(x, y);
  return isFloat(x) && x.getElementType() == y.getElementType() && x.getRank() > 0 &&
         y.getRank() > 0 && !ShapedType::isDynamicShape(x.getShape().drop_front(outer)) &&
         !ShapedType::isDynamicShape(y.getShape().drop_front(outer));
}

/// Whether every stride-th of `columns` elements, from `begin` on, are `count`.
static bool isTurn(int64_t begin, int64_t stride, int64_t count, int64_t columns) {
  return stride > 1 && begin >= 0 && begin < stride && columns % stride == 0 &&
         columns / stride == count;
}

/// The dimensions of a row behind the `outer` first ones, for messages.
static std::string rowText(RankedTensorType type, unsigned outer) {
  std::string text;
  for (int64_t dim = outer; dim < type.getRank(); ++dim)
    text += (text.empty() ? "" : " x ") + dimText(type, dim);
  return text;
}

LogicalResult SliceOp::verify() {
  RankedTensorType x = getX().getType(), result = getType();
  if (!haveRows(x, result)) // (C1)
    return violates(*this, 1)
           << "the result must be the floats x, with other dimensions in place of the last ones, "
              "known at compile time; x is "
           << shapeText(x) << ", the result is " << shapeText(result);
  unsigned outer = outerRank(x, result);
  int64_t count = rowColumns(result, result.getRank() - outer);
  int64_t columns = rowColumns(x, x.getRank() - outer);
  bool fits = getStep() == 1 ? getBegin() >= 0 && getBegin() <= columns - count
                             : isTurn(getBegin(), getStep(), count, columns);
  if (!fits) // (C2)
    return violates(*this, 2) << "takes " << rowText(result, outer) << " elements from "
                              << getBegin() << " on"
                              << (getStep() == 1 ? "" : ", by " + std::to_string(getStep()))
                              << "; x has " << rowText(x, outer);
  return success();
}

LogicalResult JoinOp::verify() {
  if (getParts().empty() || getParts().size() != getOffsets().size()) // (C2)
    return violates(*this, 2) << "needs one part or more, and as many offsets; it has "
                              << getParts().size() << " parts and " << getOffsets().size()
                              << " offsets";
  unsigned outer = outerRank(getOperation());
  int64_t columns = rowColumns(getType(), getType().getRank() - outer), end = 0;
  for (auto [part, offset] : llvm::zip_equal(getParts(), getOffsets())) {
    auto type = cast<RankedTensorType>(part.getType());
    if (!haveRows(type, getType()) || outerRank(type, getType()) != outer) // (C1)
      return violates(*this, 1)
             << "parts must be the floats of the result, with other dimensions in place of the "
                "last ones, known at compile time; the result is "
             << shapeText(getType()) << ", a part is " << shapeText(type);
    int64_t count = rowColumns(type, type.getRank() - outer);
    if (getStep() == 1) {
      if (offset < end || offset > columns - count) // (C2)
        return violates(*this, 2) << "a part of " << rowText(type, outer) << " elements at "
                                  << offset << " overlaps the one before it, which ends at " << end
                                  << ", or the end of the result, " << rowText(getType(), outer);
      end = offset + count;
    } else {
      if (offset < end || !isTurn(offset, getStep(), count, columns)) // (C2)
        return violates(*this, 2) << "a part of " << rowText(type, outer) << " elements at "
                                  << offset << ", by " << getStep()
                                  << ", is no turn of the result, " << rowText(getType(), outer)
                                  << ", behind those before it";
      end = offset + 1;
    }
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
