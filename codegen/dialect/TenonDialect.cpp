// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dialect's registration, its attribute's syntax, and look-ups of dimensions.
#include "Tenon.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "TenonDialect.cpp.inc"
#include "TenonEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "TenonAttrs.cpp.inc"

namespace tenon {

void TenonDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "TenonAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "TenonOps.cpp.inc"
      >();
}

Attribute DimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<StringAttr> names;
  auto parseName = [&]() -> ParseResult {
    std::string name;
    if (failed(parser.parseKeywordOrString(&name)))
      return failure();
    names.push_back(StringAttr::get(parser.getContext(), name));
    return success();
  };
  if (failed(parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseName)))
    return {};
  return DimsAttr::get(parser.getContext(), names);
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << "<";
  llvm::interleaveComma(getNames(), printer,
                        [&](StringAttr name) { printer.printKeywordOrString(name.getValue()); });
  printer << ">";
}

LogicalResult DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                                       function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != getNames().size())
    return emitError() << "tensor of rank " << shape.size() << " has " << getNames().size()
                       << " dimension names; give one name a dimension";
  return success();
}

ArrayRef<StringAttr> dimNames(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return {};
  auto dims = dyn_cast_or_null<DimsAttr>(tensor.getEncoding());
  return dims ? dims.getNames() : ArrayRef<StringAttr>{};
}

ModelOp enclosingModel(Operation *op) { return op->getParentOfType<ModelOp>(); }

DimOp lookupDim(ModelOp model, StringRef name) {
  return model ? dyn_cast_or_null<DimOp>(SymbolTable::lookupSymbolIn(model, name)) : DimOp();
}

RankedTensorType tensorOf(ModelOp model, ArrayRef<StringAttr> names, Type element) {
  SmallVector<int64_t> shape;
  for (StringAttr name : names) {
    DimOp dim = lookupDim(model, name);
    shape.push_back(dim && dim.isStatic() ? static_cast<int64_t>(dim.getMin())
                                          : ShapedType::kDynamic);
  }
  return RankedTensorType::get(shape, element, DimsAttr::get(model.getContext(), names));
}

/// `same(i, j)`: whether dimension i of the part is dimension j of the whole.
static std::optional<SmallVector<unsigned>>
findPlaces(unsigned part, unsigned whole, llvm::function_ref<bool(unsigned, unsigned)> same) {
  SmallVector<unsigned> places(part);
  for (unsigned i = part, end = whole; i-- > 0;) {
    while (end > 0 && !same(i, end - 1))
      --end;
    if (end == 0)
      return std::nullopt;
    places[i] = --end;
  }
  return places;
}

std::optional<SmallVector<unsigned>> placesIn(ArrayRef<StringAttr> part,
                                              ArrayRef<StringAttr> whole) {
  return findPlaces(part.size(), whole.size(),
                    [&](unsigned i, unsigned j) { return part[i] == whole[j]; });
}

std::optional<SmallVector<unsigned>> placesIn(RankedTensorType part, RankedTensorType whole) {
  return findPlaces(part.getRank(), whole.getRank(), [&](unsigned i, unsigned j) {
    return dimNames(part)[i] == dimNames(whole)[j] && part.getDimSize(i) == whole.getDimSize(j);
  });
}

StateOp cacheOf(Operation *op) {
  auto name = op->getAttrOfType<FlatSymbolRefAttr>("cache");
  return name ? cast<StateOp>(SymbolTable::lookupSymbolIn(enclosingModel(op), name)) : StateOp();
}

bool isView(Operation *op) { return isa<SliceOp, JoinOp>(op); }

RankedTensorType withoutDim(RankedTensorType type, unsigned place) {
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<StringAttr> names(dimNames(type));
  shape.erase(shape.begin() + place);
  names.erase(names.begin() + place);
  return RankedTensorType::get(shape, type.getElementType(),
                               DimsAttr::get(type.getContext(), names));
}

int64_t maxElements(ModelOp model, RankedTensorType type) {
  int64_t count = 1;
  for (auto [size, name] : llvm::zip_equal(type.getShape(), dimNames(type)))
    count *=
        ShapedType::isDynamic(size) ? static_cast<int64_t>(lookupDim(model, name).getMax()) : size;
  return count;
}

} // namespace tenon
