// See Checks.h.
#include "Checks.h"

using namespace mlir;

namespace tenon {

InFlightDiagnostic violates(Operation *op, int constraint) {
  return op->emitOpError("(C") << constraint << ") ";
}

std::string dimText(Type type, int64_t dim) {
  auto tensor = cast<RankedTensorType>(type);
  std::string text = dimNames(type)[dim].str();
  if (!tensor.isDynamicDim(dim))
    text += " = " + std::to_string(tensor.getDimSize(dim));
  return text;
}

std::string shapeText(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "(";
  llvm::interleaveComma(llvm::seq(tensor.getRank()), stream,
                        [&](int64_t dim) { stream << dimText(type, dim); });
  stream << ") of '" << tensor.getElementType() << "'";
  return text;
}

bool sameDim(RankedTensorType lhs, int64_t lhsDim, RankedTensorType rhs, int64_t rhsDim) {
  lhsDim += lhsDim < 0 ? lhs.getRank() : 0;
  rhsDim += rhsDim < 0 ? rhs.getRank() : 0;
  return lhsDim >= 0 && rhsDim >= 0 && lhsDim < lhs.getRank() && rhsDim < rhs.getRank() &&
         dimNames(lhs)[lhsDim] == dimNames(rhs)[rhsDim] &&
         lhs.getDimSize(lhsDim) == rhs.getDimSize(rhsDim);
}

RankedTensorType reshaped(RankedTensorType type, unsigned drop, RankedTensorType from,
                          ArrayRef<unsigned> append) {
  SmallVector<int64_t> shape(type.getShape().drop_back(drop));
  SmallVector<StringAttr> names(dimNames(type).drop_back(drop));
  for (unsigned dim : append) {
    shape.push_back(from.getDimSize(dim));
    names.push_back(dimNames(from)[dim]);
  }
  return RankedTensorType::get(shape, type.getElementType(),
                               DimsAttr::get(type.getContext(), names));
}

LogicalResult expectResult(Operation *op, int constraint, StringRef rule, Type expected) {
  Type actual = op->getResult(0).getType();
  if (actual == expected)
    return success();
  return violates(op, constraint) << "the result must have " << rule << "; expected "
                                  << shapeText(expected) << ", found " << shapeText(actual);
}

bool isFloat(Type tensor) {
  return isa<FloatType>(cast<RankedTensorType>(tensor).getElementType());
}
bool isI32(Type tensor) {
  return cast<RankedTensorType>(tensor).getElementType().isSignlessInteger(32);
}

LogicalResult checkLayers(Operation *op, int constraint, FlatSymbolRefAttr layers,
                          SymbolTableCollection &symbols) {
  if (!layers)
    return success();
  auto dim = symbols.lookupNearestSymbolFrom<DimOp>(op->getParentOp(), layers);
  if (!dim)
    return violates(op, constraint)
           << "layers names " << layers << ", which is no tenon.dim of the model; declare it";
  if (!dim.isStatic())
    return violates(op, constraint)
           << "layers dimension " << layers << " has bounds " << dim.getMin() << " to "
           << dim.getMax() << "; the number of layers must be fixed";
  return success();
}

bool insideRepeatOver(Operation *op, FlatSymbolRefAttr layers) {
  for (auto loop = op->getParentOfType<RepeatOp>(); loop; loop = loop->getParentOfType<RepeatOp>())
    if (loop.getLayersAttr() == layers)
      return true;
  return false;
}

} // namespace tenon
