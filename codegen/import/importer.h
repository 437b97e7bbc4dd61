// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A graph of the DSL -> `tenon.model`.
#pragma once
#include "Tenon.h"
#include "graph.h"

#include "mlir/IR/BuiltinOps.h"

namespace tenon {

/// Appends to `into` the model of a graph, with one function `graph` in the graph's own terms.
///   Every operation is located at its line of the DSL. Attention has its cache; whether positions
///   continue from it is for the entries to decide. Discardable attributes that later passes read:
///     tenon.machine (model)        what the object was compiled for, "x86-64"
///     tenon.fused_lines (model)    the location of each `fused(...)` of the source
///     tenon.fused (operation)      i64: which of those the operation belongs to
///     tenon.name (argument, result)
///   The context needs the dialects tenon and func. On failure a diagnostic at the DSL's line says
///   why, and `into` is as before.
mlir::FailureOr<ModelOp> importGraph(const Graph &graph, mlir::ModuleOp into);

} // namespace tenon
