// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The entries that train, as a part of tenon-derive-entries.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Erases operations and arguments of an entry that none of its results needs.
void eraseUnused(mlir::func::FuncOp function);

/// Without caches each call begins at position 0.
void dropCaches(mlir::func::FuncOp function);

/// Names of the entries that deriveTraining makes.
llvm::ArrayRef<llvm::StringRef> trainingEntries();

/// Adds the entry to the model, from its graph; with `narrowProducts` the products of forward and
/// backward round their factors to bf16.
mlir::LogicalResult deriveTraining(ModelOp model, mlir::func::FuncOp graph, llvm::StringRef name,
                                   bool narrowProducts);

} // namespace tenon
