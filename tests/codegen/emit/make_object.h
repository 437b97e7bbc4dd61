// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the programs that emit kernels for tests share: from a module of emitted code to a file.
#pragma once
#include "Object.h"

#include "llvm/ADT/Twine.h"

namespace tenon::test {

/// Writes an error to stderr; returns failure.
mlir::LogicalResult fail(const llvm::Twine &message);
mlir::LogicalResult writeFile(const llvm::Twine &path, llvm::StringRef bytes);
/// Compiles a module of emitted kernels for a target, into an object file.
mlir::LogicalResult makeObject(mlir::ModuleOp module, const Target &target,
                               const llvm::Twine &path);

} // namespace tenon::test
