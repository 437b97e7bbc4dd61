// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The register tile of dot products: rows of x with rows of a weight (N, K), each as it lies.
#pragma once
#include "Product.h"

namespace tenon {

/// Each sum is of 16 partial sums over K in order (for bf16 of a register of pairs), the rest of K
/// as a zero-filled vector, then one fixed tree: its bits do not depend on the tile that it is in.
class DotTile : public Factors {
public:
  /// `isRun`: the rows of the next tile follow those of a whole one, and are prefetched.
  explicit DotTile(const Factors &factors, bool isRun = true)
      : Factors(factors), lanes(bf16 ? k.target.lanes : k.target.sumLanes), isRun(isRun) {}

  /// Gets sums of row number i of the tile, of its columns from number j on, as many as lanes.
  using Finish = llvm::function_ref<void(mlir::Value sums, unsigned i, unsigned j)>;
  /// `rowStarts` and `columnStarts`: the elements of x and the weight at which rows begin.
  /// `neighbours`: the columns lie side by side in the result.
  void emit(llvm::ArrayRef<mlir::Value> rowStarts, llvm::ArrayRef<mlir::Value> columnStarts,
            bool neighbours, Finish finish);

  /// Of a whole tile.
  unsigned rows() const { return parts() == 2 ? k.target.widenedDotRows : k.target.dotRows; }
  unsigned columns() const {
    return parts() == 2 ? k.target.widenedDotColumns : k.target.dotColumns;
  }
  /// Of x and the weight in memory.
  mlir::Type element() const { return bf16 ? k.b.getI16Type() : mlir::Type(k.b.getF32Type()); }
  int64_t elementBytes() const { return bf16 ? 2 : 4; }
  /// So many rows of x, whole tiles of them, that they stay in the second-level cache; at most
  /// about `limit`.
  int64_t cachedRows(int64_t limit) const;

private:
  mlir::Value loadLanes(mlir::Value base, mlir::Value index, int64_t valid);
  KernelBuilder::Values accumulate(llvm::ArrayRef<mlir::Value> rowStarts,
                                   llvm::ArrayRef<mlir::Value> columnStarts, mlir::Value d,
                                   int64_t valid, mlir::ValueRange sums);

  unsigned lanes;
  bool isRun;
};

} // namespace tenon
