// Verifiers and syntax of the operations that make up a model.
#include "Tenon.h"

#include "Checks.h"

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
  size_t places = getSymName().count("{}"); // (C2)
  if (places != (getLayersAttr() ? 1 : 0))
    return violates(*this, 2) << "the name '" << getSymName() << "' holds " << places
                              << " times {}; it must be once with layers, and not without";
  if (!getInitValue().isFinite() || getInitValue().isNegative()) // (C3)
    return violates(*this, 3) << "the initial value must be finite and not negative, it is "
                              << getInitValueAttr();
  return success();
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLayers(*this, 2, getLayersAttr(), symbols);
}

LogicalResult StateOp::verify() {
  RankedTensorType type = declaredType(getType());
  if (!type || type.getRank() != 3 || type.isDynamicDim(1) || type.isDynamicDim(2)) // (C1)
    return violates(*this, 1)
           << "a kv_cache is a float tensor (B, context, C) with named dimensions, "
              "context and C static; its type is "
           << getType();
  return success();
}

LogicalResult StateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLayers(*this, 2, getLayersAttr(), symbols);
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
  auto compare = [&](TypeRange types, StringRef what) -> LogicalResult { // (C2)
    if (types == TypeRange(getInits()))
      return success();
    return violates(*this, 2) << what << " must have the types of the initial values; they are "
                              << types << ", the initial values " << getInits().getTypes();
  };
  Block &body = getBody().front();
  if (failed(compare(body.getArgumentTypes(), "block arguments")) ||
      failed(compare(body.getTerminator()->getOperandTypes(), "yielded values")))
    return failure();
  return compare(getResultTypes(), "results");
}

LogicalResult RepeatOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkLayers(*this, 1, getLayersAttr(), symbols);
}

LogicalResult GroupOp::verifyRegions() {
  Block &body = getBody().front();
  for (Operation &op : body) // (C1)
    if (!isa<TenonDialect>(op.getDialect()) || op.getNumRegions() != 0)
      return violates(*this, 1) << "a group holds tenon operations without regions; it holds '"
                                << op.getName() << "'";
  if (body.getTerminator()->getOperandTypes() != getResultTypes()) // (C2)
    return violates(*this, 2) << "the results must have the types of the yielded values; they are "
                              << getResultTypes() << ", yielded are "
                              << body.getTerminator()->getOperandTypes();
  return success();
}

// repeat @layers (%arg = %init, ...) : types { body }
ParseResult RepeatOp::parse(OpAsmParser &parser, OperationState &result) {
  FlatSymbolRefAttr layers;
  if (parser.parseAttribute(layers, "layers", result.attributes) || parser.parseLParen())
    return failure();
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> inits;
  if (failed(parser.parseOptionalRParen())) {
    do {
      if (parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() ||
          parser.parseOperand(inits.emplace_back()))
        return failure();
    } while (succeeded(parser.parseOptionalComma()));
    if (parser.parseRParen())
      return failure();
  }
  SMLoc typesLocation = parser.getCurrentLocation();
  SmallVector<Type> types;
  if (parser.parseColonTypeList(types) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands(inits, types, typesLocation, result.operands))
    return failure();
  for (auto [argument, type] : llvm::zip_equal(arguments, types))
    argument.type = type;
  result.addTypes(types);
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  RepeatOp::ensureTerminator(*body, parser.getBuilder(), result.location);
  return success();
}

void RepeatOp::print(OpAsmPrinter &printer) {
  printer << " " << getLayersAttr() << " (";
  llvm::interleaveComma(llvm::zip_equal(getBody().getArguments(), getInits()), printer,
                        [&](auto pair) {
                          printer.printRegionArgument(std::get<0>(pair), {}, /*omitType=*/true);
                          printer << " = " << std::get<1>(pair);
                        });
  printer << ") : " << getInits().getTypes();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"layers"});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

} // namespace tenon
