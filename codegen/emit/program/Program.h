// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program of a model on one CPU target: a function for each entry that calls its kernels in
// order, and the functions that pack weights.
#pragma once
#include "Compiled.h"
#include "memory/Layout.h"

namespace tenon {

/// Whether an entry works on gradients or moments, or writes parameters.
bool trains(mlir::func::FuncOp entry);

/// Emits kernels, entries and packing of a planned model into a new module of func, scf, vector,
/// arith and llvm operations. Symbols begin with `prefix` and end with the target; `variant` gets
/// them together with the layout.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
emitProgram(ModelOp model, llvm::ArrayRef<mlir::func::FuncOp> entries, const Target &target,
            llvm::StringRef prefix, CompiledVariant &variant);

} // namespace tenon
