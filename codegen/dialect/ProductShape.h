// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the dimensions of a product fall apart: y (M..., N...) of x (M..., K...) and a weight
// (K..., N...), or (N..., K...) where it is transposed.
#pragma once
#include "mlir/IR/BuiltinTypes.h"

namespace tenon {

/// Found from ranks alone, since a square weight has one name twice. Kernels see K and N as one
/// dimension each: as rows lie, neighbouring dimensions are one.
struct ProductShape {
  bool transposed;
  unsigned summed = 0, made = 0; // dimensions of K and of N; both 0 where no product has such ranks
  int64_t depth = 1, columns = 1; // elements of K and of N

  static ProductShape of(mlir::RankedTensorType x, mlir::RankedTensorType weight,
                         mlir::RankedTensorType y, bool transposed);

  /// Whether x ends with the weight's K; whether y ends with its N.
  bool fitsK(mlir::RankedTensorType x, mlir::RankedTensorType weight) const;
  bool fitsN(mlir::RankedTensorType y, mlir::RankedTensorType weight) const;
  /// Which dimensions of the weight are K, and which are N.
  llvm::SmallVector<unsigned> dimsOfK() const;
  llvm::SmallVector<unsigned> dimsOfN() const;
  llvm::StringRef weightText() const { return transposed ? "(N, K)" : "(K, N)"; }
};

} // namespace tenon
