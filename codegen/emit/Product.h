// What the two families of matrix products share: operands, shape, and the epilogue.
#pragma once
#include "CpuKernel.h"

namespace tenon {

/// The product of a group of kind linear: y (M, N) = x (M, K) times its weight, then bias and
/// chain.
struct Product {
  Product(GroupOp group, CpuKernelBuilder &k);

  /// Ends sums over K: bias, the operations behind the product, and the store, for the elements of
  /// `row` from `column` on, as many as `value` has lanes.
  void finish(mlir::Value value, mlir::Value row, mlir::Value column);

  CpuKernelBuilder &k;
  LinearOp op;
  mlir::Value x, weight;       // bases
  mlir::RankedTensorType type; // of y
  int64_t depth, columns;      // K, N
  llvm::SmallVector<mlir::Operation *> chain;
};

} // namespace tenon
