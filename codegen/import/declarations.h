// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a graph declares: the model with its dimensions, parameters and states, and their types.
// Private to import/.
#pragma once
#include "Tenon.h"
#include "graph.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

namespace tenon {

class Declarations {
public:
  /// The model will be appended to `into`.
  Declarations(const Graph &graph, mlir::ModuleOp into)
      : graph_(graph), builder_(mlir::OpBuilder::atBlockEnd(into.getBody())) {}

protected:
  /// Builds the model and everything in it but its function; then the builder stands at its end.
  mlir::LogicalResult declareAll();

  mlir::Location locationOf(const Graph::Line &line);

  /// The tensor type of those dimensions of the model. Kernels rely on run-time sizes standing
  /// before all compile-time ones: an error at `location` otherwise.
  mlir::FailureOr<mlir::Type> tensorType(graph::dtype dtype, const Graph::Dims &dims,
                                         mlir::Location location);

  const Graph &graph_;
  mlir::OpBuilder builder_;
  ModelOp model_;

private:
  mlir::LogicalResult declareModel();
  mlir::LogicalResult declareParam(const Graph::Param &param);
  mlir::LogicalResult declareState(const Graph::State &state);
  mlir::LogicalResult claimName(llvm::StringRef name, llvm::StringRef what,
                                mlir::Location location);
  mlir::Type elementType(graph::dtype dtype);
  mlir::FlatSymbolRefAttr layersAttr(const std::optional<uint32_t> &layers);

  llvm::StringMap<llvm::StringRef> names_; // of symbols, to what they name
};

} // namespace tenon
