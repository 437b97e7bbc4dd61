// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Verifiers and syntax of the operations that make up a model.
#include "Tenon.h"

#include "Checks.h"
#include "ScoreRegion.h"
#include "tenon/graph/format.hpp"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace tenon {

// (C1) One look at each tensor type of the values and declarations inside.
LogicalResult ModelOp::verifyRegions() {
  llvm::DenseSet<Type> seen;
  auto check = [&](Type type, Operation *op) -> LogicalResult {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !seen.insert(type).second)
      return success();
    for (auto [size, name] : llvm::zip(tensor.getShape(), dimNames(type))) {
      DimOp dim = lookupDim(*this, name);
      if (!dim)
        return op->emitError("(C1) dimension '")
               << name.getValue() << "' of " << type << " is no tenon.dim of the model; declare it";
      int64_t declared = dim.isStatic() ? static_cast<int64_t>(dim.getMin()) : ShapedType::kDynamic;
      if (size != declared)
        return (op->emitError("(C1) dimension '")
                << name.getValue() << "' has bounds " << dim.getMin() << " to " << dim.getMax()
                << ", but ")
               << type << " gives it another size; write "
               << (dim.isStatic() ? std::to_string(declared) : "?");
    }
    return success();
  };
  WalkResult result = walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (failed(check(type, op)))
        return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Type type : block.getArgumentTypes())
          if (failed(check(type, op)))
            return WalkResult::interrupt();
    Type declared;
    if (auto param = dyn_cast<ParamOp>(op))
      declared = param.getType();
    else if (auto state = dyn_cast<StateOp>(op))
      declared = state.getType();
    return WalkResult(declared ? check(declared, op) : success());
  });
  return success(!result.wasInterrupted());
}

LogicalResult DimOp::verify() {
  if (getMin() < 1 || getMin() > getMax()) // (C1)
    return violates(*this, 1) << "bounds must satisfy 1 <= min <= max; min = " << getMin()
                              << ", max = " << getMax();
  return success();
}

/// The declared type of a parameter or state, if it is a float tensor with named dimensions.
static RankedTensorType declaredType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  bool named = tensor && isa_and_nonnull<DimsAttr>(tensor.getEncoding());
  return named && isFloat(tensor) ? tensor : RankedTensorType();
}

LogicalResult ParamOp::verify() {
  RankedTensorType type = declaredType(getType());
  if (!type || !type.hasStaticShape()) // (C1)
    return violates(*this, 1) << "a parameter is a float tensor with named, static dimensions; its "
                                 "type is "
                              << getType();
  uint32_t places = graph::count_holes(getSymName().data(), getSymName().size()); // (C2)
  uint32_t ofLayers = getLayersAttr() ? 1 : 0;
  if (places < ofLayers || places > ofLayers + (type.getRank() > 1 ? 1 : 0))
    return violates(*this, 2) << "the name '" << getSymName() << "' holds " << places
                              << " times {}; it must be once with layers, and once more only for "
                                 "the parts along the first of several dimensions; it has "
                              << (ofLayers ? "layers" : "no layers") << ", its shape is "
                              << shapeText(type);
  if (!getInitValue().isFinite() || getInitValue().isNegative()) // (C3)
    return violates(*this, 3) << "the initial value must be finite and not negative, it is "
                              << getInitValueAttr();
  return success();
}

bool ParamOp::isStoredInParts() {
  return graph::count_holes(getSymName().data(), getSymName().size()) > (getLayersAttr() ? 1 : 0);
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FlatSymbolRefAttr layers = getLayersAttr();
  if (!layers || failed(checkLayers(*this, 2, layers, symbols)))
    return failure(layers != nullptr);
  auto depth = symbols.lookupNearestSymbolFrom<DimOp>((*this)->getParentOp(), layers);
  graph::layer_hole hole = graph::find_hole(getSymName().data(), getSymName().size());
  int64_t last = hole.number(static_cast<int64_t>(depth.getMax()) - 1);
  if (last < 0)
    return violates(*this, 2) << "the name '" << getSymName() << "' gives the last of the layers "
                              << layers << " the number " << last << "; it must not be negative";
  return success();
}

LogicalResult StateOp::verify() {
  RankedTensorType type = declaredType(getType());
  if (!type || type.getRank() < 3 ||
      ShapedType::isDynamicShape(type.getShape().drop_front())) // (C1)
    return violates(*this, 1)
           << "a state is a float tensor (B, context, ...) with three or more named dimensions, "
              "all but the first static; its type is "
           << getType();
  return success();
}

LogicalResult StateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLayers(*this, 2, getLayersAttr(), symbols);
}

LogicalResult StoredOp::verify() {
  size_t most = getKind() == StoredKind::Prefix ? 0 : 1, places = getName().count("{}");
  if (places > most) // (C1)
    return violates(*this, 1) << "the name '" << getName() << "' holds " << places
                              << " times {}; it may at most " << most;
  bool isOfNone = getKind() == StoredKind::Prefix || getKind() == StoredKind::Ignored;
  if (isOfNone == getOf().has_value()) // (C2)
    return violates(*this, 2) << "a prefix and what is ignored name no parameter, all others do";
  return success();
}

LogicalResult StoredOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getOf())
    return success();
  auto param = symbols.lookupNearestSymbolFrom<ParamOp>(*this, getOfAttr()); // (C2)
  if (!param)
    return violates(*this, 2) << getOfAttr() << " is no tenon.param of the model; declare it";
  if (param.isStoredInParts() && getKind() != StoredKind::Named)
    return violates(*this, 2) << getOfAttr() << " is stored as several tensors, which '"
                              << getName() << "' can only be as they are";
  if (param.getLayers().has_value() != getName().contains("{}"))
    return violates(*this, 2) << "the name '" << getName()
                              << "' must hold {} exactly where that of " << getOfAttr() << " does";
  ArrayRef<int64_t> shape = param.getTensorType().getShape(); // (C3)
  if (getKind() != StoredKind::Swapped && getKind() != StoredKind::Paired)
    return success();
  if (shape.size() < 2)
    return violates(*this, 3) << "'" << getName()
                              << "' needs a parameter of two dimensions or more; " << getOfAttr()
                              << " is " << shapeText(param.getType());
  if (getKind() == StoredKind::Paired && shape[shape.size() - 2] % 2 != 0)
    return violates(*this, 3) << "'" << getName() << "' needs an even number of rows; "
                              << getOfAttr() << " is " << shapeText(param.getType());
  return success();
}

LogicalResult GetParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto param = symbols.lookupNearestSymbolFrom<ParamOp>(*this, getNameAttr());
  if (!param) // (C1)
    return violates(*this, 1) << getNameAttr() << " is no tenon.param of the model; declare it";
  if (param.getType() != getType())
    return violates(*this, 1) << "the result must have the type of parameter " << getNameAttr()
                              << "; it is " << shapeText(getType()) << ", the parameter is "
                              << shapeText(param.getType());
  FlatSymbolRefAttr layers = param.getLayersAttr();
  if (layers && !insideRepeatOver(*this, layers)) // (C2)
    return violates(*this, 2) << "parameter " << getNameAttr() << " has layers " << layers
                              << "; use it inside a repeat over them";
  return success();
}

LogicalResult RepeatOp::verifyRegions() {
  TypeRange inits = getInits().getTypes();
  auto compare = [&](TypeRange types, StringRef what) -> LogicalResult { // (C2)
    if (types.take_front(inits.size()) == inits)
      return success();
    return violates(*this, 2) << what << " must have the types of the initial values; they are "
                              << types << ", the initial values " << inits;
  };
  Block &body = getBody().front();
  TypeRange arguments = body.getArgumentTypes();
  TypeRange yielded = body.getTerminator()->getOperandTypes(), results = getResultTypes();
  if (failed(compare(arguments, "block arguments")) || failed(compare(yielded, "yielded values")) ||
      failed(compare(results, "results")))
    return failure();
  auto compareStacks = [&](TypeRange stacks, TypeRange slices, int constraint,
                           StringRef what) -> LogicalResult {
    bool fit = stacks.size() == slices.size();
    for (auto [stack, slice] : llvm::zip(stacks, slices)) {
      auto type = cast<RankedTensorType>(stack);
      fit &= type.getRank() > 0 && dimNames(type)[0] == getLayersAttr().getAttr() &&
             type == stackOf(getLayersAttr(), type.getDimSize(0), cast<RankedTensorType>(slice));
    }
    if (fit)
      return success();
    return violates(*this, constraint) << what << " must have the dimension " << getLayersAttr()
                                       << ", then those of the layer's value; the stacks are "
                                       << stacks << ", the values " << slices;
  };
  if (failed(
          compareStacks(getSlices().getTypes(), arguments.drop_front(inits.size()), 3, "slices")))
    return failure();
  return compareStacks(results.drop_front(inits.size()), yielded.drop_front(inits.size()), 4,
                       "stacks");
}

RankedTensorType RepeatOp::stackOf(FlatSymbolRefAttr layers, int64_t count,
                                   RankedTensorType slice) {
  SmallVector<int64_t> shape = {count};
  SmallVector<StringAttr> names = {layers.getAttr()};
  llvm::append_range(shape, slice.getShape());
  llvm::append_range(names, dimNames(slice));
  return RankedTensorType::get(shape, slice.getElementType(),
                               DimsAttr::get(slice.getContext(), names));
}

LogicalResult RepeatOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLayers(*this, 1, getLayersAttr(), symbols);
}

LogicalResult GroupOp::verifyRegions() {
  Block &body = getBody().front();
  for (Operation &op : body) // (C1)
    if (!isa<TenonDialect>(op.getDialect()) || (op.getNumRegions() != 0 && !scoreOf(&op)))
      return violates(*this, 1) << "a group holds tenon operations without regions; it holds '"
                                << op.getName() << "'";
  if (body.getTerminator()->getOperandTypes() != getResultTypes()) // (C2)
    return violates(*this, 2) << "the results must have the types of the yielded values; they are "
                              << getResultTypes() << ", yielded are "
                              << body.getTerminator()->getOperandTypes();
  return success();
}

// The type of a layer's value, of a stack of them.
static Type sliceOf(Type stack) {
  auto type = dyn_cast<RankedTensorType>(stack);
  auto dims = type ? dyn_cast_or_null<DimsAttr>(type.getEncoding()) : DimsAttr();
  if (!dims || type.getRank() == 0)
    return stack; // refused by the verifier
  return RankedTensorType::get(type.getShape().drop_front(), type.getElementType(),
                               DimsAttr::get(stack.getContext(), dims.getNames().drop_front()));
}

// "(%arg = %value, ...) : types"; nothing behind "()".
static ParseResult parseBindings(OpAsmParser &parser, OperationState &result,
                                 SmallVectorImpl<OpAsmParser::Argument> &arguments,
                                 SmallVectorImpl<Type> &types,
                                 llvm::function_ref<Type(Type)> seen) {
  SmallVector<OpAsmParser::UnresolvedOperand> values;
  size_t first = arguments.size();
  auto parseBinding = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() ||
                   parser.parseOperand(values.emplace_back()));
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseBinding))
    return failure();
  SMLoc location = parser.getCurrentLocation();
  if (!values.empty() && parser.parseColonTypeList(types))
    return failure();
  if (parser.resolveOperands(values, types, location, result.operands))
    return failure();
  for (auto [i, type] : llvm::enumerate(types))
    arguments[first + i].type = seen(type);
  return success();
}

static void printBindings(OpAsmPrinter &printer, Block::BlockArgListType arguments,
                          OperandRange values) {
  printer << "(";
  llvm::interleaveComma(llvm::zip_equal(arguments, values), printer, [&](auto pair) {
    printer.printRegionArgument(std::get<0>(pair), {}, /*omitType=*/true);
    printer << " = " << std::get<1>(pair);
  });
  printer << ")";
  if (!values.empty())
    printer << " : " << values.getTypes();
}

// repeat @layers reverse? (%arg = %init, ...) : types (slices (%arg = %stack, ...) : types)?
//   (stacks types)? { body }
ParseResult RepeatOp::parse(OpAsmParser &parser, OperationState &result) {
  FlatSymbolRefAttr layers;
  if (parser.parseAttribute(layers, "layers", result.attributes))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    result.addAttribute("reverse", parser.getBuilder().getUnitAttr());
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<Type> types, sliceTypes, stackTypes;
  if (parseBindings(parser, result, arguments, types, [](Type type) { return type; }))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("slices")) &&
      parseBindings(parser, result, arguments, sliceTypes, sliceOf))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("stacks")) && parser.parseTypeList(stackTypes))
    return failure();
  result.getOrAddProperties<Properties>().operandSegmentSizes = {
      static_cast<int32_t>(types.size()), static_cast<int32_t>(sliceTypes.size())};
  result.addTypes(types);
  result.addTypes(stackTypes);
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  RepeatOp::ensureTerminator(*body, parser.getBuilder(), result.location);
  return success();
}

void RepeatOp::print(OpAsmPrinter &printer) {
  auto arguments = getBody().getArguments();
  printer << " " << getLayersAttr() << (getReverse() ? " reverse " : " ");
  printBindings(printer, arguments.take_front(getInits().size()), getInits());
  if (!getSlices().empty()) {
    printer << " slices ";
    printBindings(printer, arguments.drop_front(getInits().size()), getSlices());
  }
  if (!getStacks().empty())
    printer << " stacks " << getStacks().getTypes();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {"layers", "reverse", "operandSegmentSizes"});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

} // namespace tenon
