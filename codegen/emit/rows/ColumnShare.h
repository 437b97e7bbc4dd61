// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Columns shared over threads in whole cache lines: for kernels that sum over rows, where each
// column is one thread's so that its order of sums is the same for any number of them.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// This thread's columns begin .. end-1 of `columns`; begin is a multiple of `lineElements`.
struct ColumnShare {
  mlir::Value begin, end; // index
  int64_t columns;

  static constexpr int64_t lineElements = 16; // of f32: 64 bytes

  /// The share of this thread.
  static ColumnShare of(KernelBuilder &k, int64_t columns);
  /// All of them.
  static ColumnShare whole(KernelBuilder &k, int64_t columns);
};

/// Runs over the columns of a share, up to `vectors` vectors at a time: the body gets the column
/// that they begin at, and where in them which lanes are, whole vectors but at the end of the row.
void forRuns(KernelBuilder &k, const ColumnShare &share, unsigned vectors,
             llvm::function_ref<void(mlir::Value column, llvm::ArrayRef<Piece> pieces)> body);

/// How many columns the pieces of a run are.
inline int64_t extentOf(llvm::ArrayRef<Piece> pieces) {
  return pieces.back().offset + pieces.back().lanes;
}

/// Runs over the columns of a share: `turn` at the start of every run of up to four vectors with
/// its extent, `vector` for each vector, at the end of the row for pieces of powers of two.
void forColumns(KernelBuilder &k, const ColumnShare &share,
                llvm::function_ref<void(mlir::Value column, int64_t extent)> turn,
                llvm::function_ref<void(mlir::Value column, unsigned lanes)> vector);

} // namespace tenon
