// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layer norm of one row, for the kernels that compute rows: Norm.cpp, NormBackward.cpp,
// Embedding.cpp, and on GPUs.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// What a row is normalised by, all f32: ((factor x - shift) * scale + offset) * weight + bias.
struct RowStatistics {
  mlir::Value shift;
  mlir::Value scale;       // 1 / sqrt(variance + epsilon)
  mlir::Value offset;      // (shift - mean) * scale; null where the shift is the mean
  mlir::Value squares;     // sum of (factor x - shift)^2
  mlir::Value factor = {}; // null: 1
  llvm::SmallVector<mlir::Value> sums = {}; // of the pass's further terms
};

/// What rows are multiplied by before they are normalised: 1, or, of rows whose elements' squares
/// come near the end of f32, a power of two, which changes no bit. Squares then neither overflow
/// nor vanish, whatever the row holds; nothing of such a row's variance is due to epsilon.
struct RowFactor {
  static constexpr double less = 0x1p-76;
  static constexpr double greatestSquares = 0x1p100; // their sum, of an ordinary row
  /// In place of an epsilon that would vanish: keeps the norm of a constant row finite.
  static constexpr double leastEpsilon = 0x1p-126;
  /// epsilon as the variance of factor x needs it.
  static mlir::Value epsilon(KernelBuilder &k, double epsilon, mlir::Value factor);
};

/// Runs over the columns 0 .. count-1 by vectors: `block` at the start of every run of at most four
/// vectors with its extent, `vector` for each vector, at the end for pieces of powers of two.
void forColumns(KernelBuilder &k, int64_t count,
                llvm::function_ref<void(mlir::Value column, int64_t extent)> block,
                llvm::function_ref<void(mlir::Value column, unsigned lanes)> vector);

/// What a pass over rows side by side reads and what it does besides.
struct RowPass {
  /// The elements of row number `row` at a column, times the row's factor.
  llvm::function_ref<mlir::Value(unsigned row, mlir::Value column, unsigned lanes)> elements;
  /// Handed each row's shift, returns the one to use.
  llvm::function_ref<mlir::Value(unsigned row, mlir::Value shift)> guard;
  /// Handed each element once, x and x - shift.
  llvm::function_ref<void(unsigned row, mlir::Value column, mlir::Value x, mlir::Value centred)>
      keep;
  /// As in forColumns.
  llvm::function_ref<void(mlir::Value column, int64_t extent)> block;
  /// `terms` further terms for each element, summed over the row.
  unsigned terms = 0;
  llvm::function_ref<llvm::SmallVector<mlir::Value>(unsigned row, mlir::Value column,
                                                    mlir::Value centred)>
      termsOf = {};
};

/// The statistics of `rows` rows side by side, so that the latencies of one hide behind the other,
/// in one pass over the elements (but for the first few, which are read twice).
///
/// The shift is the mean of the first m = 32..64 elements, and the variance is the mean square of
/// x - shift minus the square of its mean d. For any row d^2 <= variance * (n - m) / m, so the
/// subtraction loses at most a factor of n / m: 4 bits for n = 768, whatever the row holds. A
/// constant row gives exactly 0: its shift is exact, since m is a power of two.
///
/// The order of each row's sums follows from `count` and the vector width alone.
llvm::SmallVector<RowStatistics> rowStatistics(KernelBuilder &k, unsigned rows, int64_t count,
                                               mlir::Value epsilon, const RowPass &pass);

/// Whether all of these rows are right as they are, with a factor of 1 (i1).
mlir::Value areOrdinary(KernelBuilder &k, llvm::ArrayRef<RowStatistics> statistics);

/// The statistics of one row that may hold anything: the slow way, for rows that are not ordinary
/// and those beside them. Of an ordinary row they are the bits of rowStatistics.
RowStatistics statisticsOfAnyRow(KernelBuilder &k, int64_t count, double epsilon,
                                 const RowPass &pass);

/// factor x - shift.
mlir::Value centre(KernelBuilder &k, const RowStatistics &statistics, mlir::Value x);

/// The norm's result at `column`, from factor x - shift there.
mlir::Value normalise(KernelBuilder &k, LayerNormOp norm, const RowStatistics &statistics,
                      mlir::Value centred, mlir::Value column);

} // namespace tenon
