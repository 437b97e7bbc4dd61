// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How tenonc writes errors: as C++ compilers do, so that editors find the place.
#pragma once
#include "mlir/Support/LLVM.h"

namespace mlir {
class MLIRContext;
class Operation;
class PassManager;
} // namespace mlir

namespace tenon {

/// Writes the errors and warnings of a context to standard error as "file:line: error: text", each
/// note on a line of its own below. (MLIR by itself writes no notes.)
void writeDiagnostics(mlir::MLIRContext &context);

/// Runs passes. One that fails without an error of its own gets one: its name, and `what` it was to
/// do. For no failure may be silent.
mlir::LogicalResult runPasses(mlir::PassManager &pm, mlir::Operation *op, const llvm::Twine &what);

} // namespace tenon
