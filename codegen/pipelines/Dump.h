// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// --dump-dir: the IR after each stage, under stable names.
#pragma once
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Support/LogicalResult.h"

#include <memory>
#include <string>

namespace tenon {

/// Writes DIR/<stage>, creating DIR.
mlir::LogicalResult dump(const std::string &dir, const std::string &stage, llvm::StringRef text);
mlir::LogicalResult dump(const std::string &dir, const std::string &stage, mlir::Operation *op);

/// Writes DIR/NN-<pass>.mlir after each pass of a pipeline on modules, NN counting from `first`.
std::unique_ptr<mlir::PassInstrumentation> dumpAfterPasses(std::string dir, unsigned first);

} // namespace tenon
