// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the dimensions of a product with a gathered weight fall apart: y (M..., A, N...) of x
// (M..., K...) or (M..., A, K...), a weight (D, N..., K...) and ids (M..., A).
#pragma once
#include "mlir/IR/BuiltinTypes.h"

namespace tenon {

/// Found from ranks. Kernels see K and N as one dimension each, and M..., A as rows.
struct GatheredShape {
  unsigned summed = 0, made = 0; // dimensions of K and of N; both 0 where no product has such ranks
  bool isShared = false;         // x lacks A: the same for all of its indices
  int64_t parts = 0;             // elements of D
  int64_t depth = 1, columns = 1; // elements of K and of N
  int64_t active = 1;             // elements of A

  static GatheredShape of(mlir::RankedTensorType x, mlir::RankedTensorType weight,
                          mlir::RankedTensorType ids, mlir::RankedTensorType y);

  /// Which dimensions of the weight are K, and which are N.
  llvm::SmallVector<unsigned> dimsOfK() const;
  llvm::SmallVector<unsigned> dimsOfN() const;
};

} // namespace tenon
