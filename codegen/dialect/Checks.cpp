// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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

RankedTensorType scalar(Type element) {
  return RankedTensorType::get({}, element, DimsAttr::get(element.getContext(), {}));
}

LogicalResult expectScalar(Operation *op, int constraint, StringRef what, Type type, bool integer) {
  if (cast<RankedTensorType>(type).getRank() == 0 && (integer ? isI32(type) : isFloat(type)))
    return success();
  return violates(op, constraint) << what << " must be " << (integer ? "i32" : "a float")
                                  << " of rank 0; it is " << shapeText(type);
}

LogicalResult checkTargets(Operation *op, int constraint, StringRef what, RankedTensorType x,
                           RankedTensorType targets) {
  if (isFloat(x) && x.getRank() > 0 && isI32(targets) &&
      targets == reshaped(x, 1).clone(targets.getElementType()))
    return success();
  return violates(op, constraint) << "targets must be i32 with the dimensions of the float " << what
                                  << " without the last; " << what
                                  << (what.ends_with("s") ? " are " : " is ") << shapeText(x)
                                  << ", targets are " << shapeText(targets);
}

static LogicalResult checkQkv(Operation *op, RankedTensorType qkv, RankedTensorType result,
                              StringRef what) {
  if (qkv.getRank() != 3 || result.getRank() != 3 || !isFloat(qkv) || // (C3)
      qkv.getElementType() != result.getElementType() || !sameDim(qkv, 0, result, 0) ||
      !sameDim(qkv, 1, result, 1))
    return violates(op, 3) << "qkv must be (B, T, 3C) and " << what
                           << " (B, T, C) of the same floats; qkv is " << shapeText(qkv) << ", "
                           << what << " is " << shapeText(result);
  if (qkv.isDynamicDim(2) || qkv.getDimSize(2) != 3 * result.getDimSize(2)) // (C1)
    return violates(op, 1) << "the last dimension of qkv must be three times that of " << what
                           << "; they are " << dimText(qkv, 2) << " and " << dimText(result, 2);
  return success();
}

/// (C6): queries, keys and values apart.
static LogicalResult checkApart(Operation *op, ValueRange inputs, RankedTensorType result,
                                StringRef what) {
  if (inputs.size() != 3)
    return violates(op, 6) << "takes qkv and 'heads', or q, k and v without; it has "
                           << inputs.size() << " inputs and no 'heads'";
  auto q = cast<RankedTensorType>(inputs[0].getType());
  auto k = cast<RankedTensorType>(inputs[1].getType());
  auto v = cast<RankedTensorType>(inputs[2].getType());
  if (q.getRank() < 3 || !isFloat(q) || ShapedType::isDynamicShape(q.getShape().drop_front(2)))
    return violates(op, 6) << "q must be (B, T, heads..., D) of floats, all behind T static; it is "
                           << shapeText(q);
  int64_t rank = k.getRank();
  bool fits = rank >= 3 && rank <= q.getRank() && k.getElementType() == q.getElementType() &&
              sameDim(k, -1, q, -1);
  for (int64_t i = 0; fits && i + 1 < rank; ++i)
    fits = sameDim(k, i, q, i);
  if (!fits)
    return violates(op, 6) << "k must be (B, T, the first heads of q..., D) of the floats of q; q "
                           << "is " << shapeText(q) << ", k is " << shapeText(k);
  if (v != k)
    return violates(op, 6) << "v must have the type of k; k is " << shapeText(k) << ", v is "
                           << shapeText(v);
  if (result != q)
    return violates(op, 6) << what << " must have the type of q; q is " << shapeText(q) << ", "
                           << what << " is " << shapeText(result);
  return success();
}

LogicalResult checkInputs(Operation *op, ValueRange inputs, FlatSymbolRefAttr heads,
                          RankedTensorType result, StringRef what) {
  if (!heads)
    return checkApart(op, inputs, result, what);
  if (inputs.size() != 1)
    return violates(op, 6) << "takes qkv and 'heads', or q, k and v without; it has "
                           << inputs.size() << " inputs and 'heads'";
  return checkQkv(op, cast<RankedTensorType>(inputs[0].getType()), result, what);
}

LogicalResult checkHeads(Operation *op, FlatSymbolRefAttr heads, RankedTensorType result,
                         SymbolTableCollection &symbols) {
  if (!heads)
    return success();
  auto dim = symbols.lookupNearestSymbolFrom<DimOp>(op, heads);
  if (!dim || !dim.isStatic()) // (C2)
    return violates(op, 2) << "heads names " << heads
                           << ", which is no static dimension of the model; declare it";
  if (result.getDimSize(2) % static_cast<int64_t>(dim.getMax()) != 0)
    return violates(op, 2) << "the heads must divide C; heads " << heads << " = " << dim.getMax()
                           << ", C is " << dimText(result, 2);
  return success();
}

LogicalResult checkEpsilon(Operation *op, FloatAttr epsilon) {
  APFloat value = epsilon.getValue();
  if (value.isFinite() && value.convertToDouble() > 0)
    return success();
  return violates(op, 3) << "epsilon must be above 0, it is " << epsilon << "; GPT-2 uses 1e-5";
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

FailureOr<StateOp> lookupCache(Operation *op, int constraint, StateKind kind,
                               SymbolTableCollection &symbols) {
  auto name = op->getAttrOfType<FlatSymbolRefAttr>("cache");
  auto cache = symbols.lookupNearestSymbolFrom<StateOp>(op, name);
  if (!cache)
    return violates(op, constraint)
           << "cache names " << name << ", which is no tenon.state of the model; declare it";
  if (cache.getKind() != kind)
    return violates(op, constraint)
           << "the cache must be a state of kind '" << stringifyStateKind(kind) << "'; " << name
           << " is one of kind '" << stringifyStateKind(cache.getKind()) << "'";
  if (cache.getLayersAttr() && !insideRepeatOver(op, cache.getLayersAttr()))
    return violates(op, constraint) << "cache " << name << " has layers " << cache.getLayersAttr()
                                    << "; use it inside a repeat over them";
  return cache;
}

bool isCacheOf(RankedTensorType held, RankedTensorType like) {
  bool fits = held.getRank() == like.getRank() && sameDim(held, 0, like, 0);
  for (int64_t i = 2; fits && i < like.getRank(); ++i)
    fits = sameDim(held, i, like, i);
  return fits;
}

void addCacheEffects(Operation *op,
                     SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  if (!op->hasAttr("cache"))
    return;
  effects.emplace_back(MemoryEffects::Read::get());
  effects.emplace_back(MemoryEffects::Write::get());
}

bool insideRepeatOver(Operation *op, FlatSymbolRefAttr layers) {
  for (auto loop = op->getParentOfType<RepeatOp>(); loop; loop = loop->getParentOfType<RepeatOp>())
    if (loop.getLayersAttr() == layers)
      return true;
  return false;
}

} // namespace tenon
