// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How tenonc writes errors: as C++ compilers do, so that editors find the place.
#pragma once

namespace mlir {
class MLIRContext;
}

namespace tenon {

/// Writes the errors and warnings of a context to standard error as "file:line: error: text", each
/// note on a line of its own below. (MLIR by itself writes no notes.)
void writeDiagnostics(mlir::MLIRContext &context);

} // namespace tenon
