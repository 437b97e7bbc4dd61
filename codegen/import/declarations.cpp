// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See declarations.h.
#include "declarations.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tenon {

Location Declarations::locationOf(const Graph::Line &line) {
  return FileLineColLoc::get(builder_.getContext(), line.file, line.line, 0);
}

Type Declarations::elementType(graph::dtype dtype) {
  switch (dtype) {
  case graph::dtype::f32:
    return builder_.getF32Type();
  case graph::dtype::bf16:
    return builder_.getBF16Type();
  case graph::dtype::i32:
    return builder_.getI32Type();
  case graph::dtype::f64:
    return builder_.getF64Type();
  }
  llvm_unreachable("the reader checked it");
}

FailureOr<Type> Declarations::tensorType(graph::dtype dtype, const Graph::Dims &dims,
                                         Location location) {
  SmallVector<StringAttr> names;
  for (uint32_t index : dims)
    names.push_back(builder_.getStringAttr(graph_.dims[index].name));
  return Type(tensorOf(model_, names, elementType(dtype)));
}

FlatSymbolRefAttr Declarations::layersAttr(const std::optional<uint32_t> &layers) {
  return layers ? FlatSymbolRefAttr::get(builder_.getContext(), graph_.dims[*layers].name)
                : FlatSymbolRefAttr();
}

// Dimensions, parameters and states share one space of names; functions give way to them.
LogicalResult Declarations::claimName(StringRef name, StringRef what, Location location) {
  auto [entry, isNew] = names_.try_emplace(name, what);
  if (!isNew)
    return emitError(location) << "'" << name << "' names a " << entry->second << " and a " << what
                               << "; rename one of them";
  return success();
}

LogicalResult Declarations::declareModel() {
  Location unknown = builder_.getUnknownLoc();
  bool isIdentifier = !llvm::isDigit(graph_.name.front());
  for (char c : graph_.name)
    isIdentifier &= llvm::isAlnum(c) || c == '_';
  if (!isIdentifier)
    return emitError(unknown) << "the model's name '" << graph_.name
                              << "' is not a C identifier; rename the model";
  model_ = ModelOp::create(builder_, unknown, graph_.name);
  model_->setAttr("tenon.machine", builder_.getStringAttr(graph_.machine));
  SmallVector<Attribute> scopes;
  for (const Graph::Line &scope : graph_.scopes)
    scopes.push_back(locationOf(scope));
  if (!scopes.empty())
    model_->setAttr("tenon.fused_lines", builder_.getArrayAttr(scopes));
  builder_.setInsertionPointToStart(&model_.getBody().emplaceBlock());
  return success();
}

LogicalResult Declarations::declareParam(const Graph::Param &param) {
  Location location = locationOf(param.line);
  FailureOr<Type> type = tensorType(param.dtype, param.dims, location);
  if (failed(type) || failed(claimName(param.name, "parameter", location)))
    return failure();
  ParamOp::create(builder_, location, param.name, *type, static_cast<InitKind>(param.init),
                  APFloat(param.initValue), layersAttr(param.layers));
  return success();
}

LogicalResult Declarations::declareState(const Graph::State &state) {
  Location location = locationOf(state.line);
  FailureOr<Type> type = tensorType(state.dtype, state.dims, location);
  if (failed(type) || failed(claimName(state.name, "state", location)))
    return failure();
  StateOp::create(builder_, location, state.name, static_cast<StateKind>(state.kind), *type,
                  layersAttr(state.layers));
  return success();
}

LogicalResult Declarations::declareAll() {
  if (failed(declareModel()))
    return failure();
  Location unknown = builder_.getUnknownLoc();
  for (const Graph::Dim &dim : graph_.dims) {
    if (failed(claimName(dim.name, "dimension", unknown)))
      return failure();
    DimOp::create(builder_, unknown, dim.name, dim.min, dim.max);
  }
  for (const Graph::Param &param : graph_.params)
    if (failed(declareParam(param)))
      return failure();
  for (const Graph::State &state : graph_.states)
    if (failed(declareState(state)))
      return failure();
  for (const Graph::Stored &stored : graph_.stored)
    StoredOp::create(builder_, unknown, static_cast<StoredKind>(stored.kind),
                     builder_.getStringAttr(stored.name),
                     stored.param ? FlatSymbolRefAttr::get(builder_.getContext(),
                                                           graph_.params[*stored.param].name)
                                  : FlatSymbolRefAttr());
  return success();
}

} // namespace tenon
