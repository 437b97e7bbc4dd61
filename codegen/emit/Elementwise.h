// Chains of add, scale and gelu on a few elements of one row: a kernel of their own, or the
// epilogue of a matrix product.
#pragma once
#include "Kernel.h"

namespace tenon {

/// Applies `ops`, in order, to `value`: `lanes` elements of row `row` from column `column` of
/// `seed`. `seed` is a value of the group's body of N columns; returns the elements of the last op.
mlir::Value applyChain(KernelBuilder &k, llvm::ArrayRef<mlir::Operation *> ops, mlir::Value seed,
                       mlir::Value value, mlir::Value row, mlir::Value column);

/// Applies `ops` likewise and stores what the group yields of it: `seed`, and results on the way.
void storeChain(KernelBuilder &k, llvm::ArrayRef<mlir::Operation *> ops, mlir::Value seed,
                mlir::Value value, mlir::Value row, mlir::Value column);

/// The elementwise operations of a group's body, in order.
llvm::SmallVector<mlir::Operation *> elementwiseOps(GroupOp group);

} // namespace tenon
