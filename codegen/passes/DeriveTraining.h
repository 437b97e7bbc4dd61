// The entries that train, as a part of tenon-derive-entries.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Names of the entries that deriveTraining makes.
llvm::ArrayRef<llvm::StringRef> trainingEntries();

/// Adds the entry to the model, from its graph.
mlir::LogicalResult deriveTraining(ModelOp model, mlir::func::FuncOp graph, llvm::StringRef name);

} // namespace tenon
