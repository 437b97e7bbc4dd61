// Verifiers and syntax of the operations that make up a model.
#include "Tenon.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {

LogicalResult DimOp::verify() {
  if (getMin() < 1 || getMin() > getMax())
    return emitOpError("(C1) bounds must satisfy 1 <= min <= max; min = ")
           << getMin() << ", max = " << getMax();
  return success();
}

LogicalResult ParamOp::verify() { return success(); }
LogicalResult StateOp::verify() { return success(); }
LogicalResult RepeatOp::verify() { return success(); }
LogicalResult GroupOp::verify() { return success(); }
LogicalResult GetParamOp::verifySymbolUses(SymbolTableCollection &) { return success(); }

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
