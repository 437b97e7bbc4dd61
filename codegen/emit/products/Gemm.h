// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products of training: a register tile, and the two loops around it. Both split the sum
// over depth into blocks in a fixed order, so an element's bits depend on sizes only.
#pragma once
#include "Epilogue.h"
#include "kernel/Accumulate.h"

#include <functional>

namespace tenon {

/// sums + x * y, of f32 or of pairs of bf16 (i32), lane by lane.
mlir::Value multiplyAdd(KernelBuilder &k, mlir::Value x, mlir::Value y, mlir::Value sums);

/// sums + A B over depth [begin, end), for `rows` x `vectors` sums: a(i, d) is an element of row i,
/// b(j, d) the vector number j of row d. Both f32, or both pairs of bf16 (i32), then d counts
/// pairs.
KernelBuilder::Values gemmTile(KernelBuilder &k, unsigned rows, unsigned vectors, mlir::Value begin,
                               mlir::Value end, mlir::ValueRange sums,
                               llvm::function_ref<mlir::Value(unsigned, mlir::Value)> a,
                               llvm::function_ref<mlir::Value(unsigned, mlir::Value)> b);

/// Calls `body(part, offset)` for the first `left` lanes of a vector: the whole, or its pieces.
void forValidLanes(KernelBuilder &k, mlir::Value vector, int64_t left,
                   llvm::function_ref<void(mlir::Value, int64_t)> body);

/// `lanes` lanes at `index`; where fewer than that are `valid`, the others are 0 and not read.
mlir::Value loadPadded(KernelBuilder &k, mlir::Value base, mlir::Value index, int64_t valid,
                       unsigned lanes);
/// The same for a register.
inline mlir::Value loadPadded(KernelBuilder &k, mlir::Value base, mlir::Value index,
                              int64_t valid) {
  return loadPadded(k, base, index, valid, k.target.lanes);
}

/// f32 of two neighbours in depth, rounded, as pairs of bf16.
mlir::Value toPairs(KernelBuilder &k, mlir::Value even, mlir::Value odd);

/// What the sums of a tile begin with: zeros, or where `continues` (i1) what `load` reads.
KernelBuilder::Values beginSums(KernelBuilder &k, unsigned count, mlir::Value continues,
                                llvm::function_ref<mlir::Value(unsigned)> load);

/// y (M, columns) = a (M, depth) B, in stages of its own. Threads share panels of columns of B. A
/// panel's part in a block of depth is laid out in the thread's memory first, [depth][panel],
/// unless it lies so already.
struct PanelProduct {
  /// How B (depth, columns) lies in memory: in panels of columns as Pack.h has them, or row-major;
  /// each as it is or as its transpose.
  enum class Form { Panels, PanelsTransposed, Rows, RowsTransposed };

  CpuKernelBuilder *k;
  int64_t depth, columns;
  Form form;
  mlir::Value weight;
  mlir::Value a, firstRow; // row i of the product reads row firstRow + i of a
  mlir::Value partial;     // (M, columns): where sums wait for the next block of depth
  /// Where a is laid out as bf16, (M, 2 * pairsOf(depth)): both factors are then rounded to bf16 on
  /// the way, which takes a stage more. Null: the product is of f32.
  mlir::Value narrow = {};
  llvm::ArrayRef<mlir::Operation *> chain = {}; // that `finish` applies
  Epilogue::Finish finish;
};
void emitPanelProduct(const PanelProduct &product, mlir::Value rows);

/// What is laid out anew is read in short pieces far apart, which the hardware does not foresee:
/// they are prefetched so many rows ahead, or about 64 columns of depth. Without that the input's
/// gradients of GPT-2 124M took 20 to 30 % longer at 256 tokens (bf16, 2 threads of a Zen 5), outer
/// products of L6 C384 1 to 2 %.
inline constexpr int64_t rowsAhead = 16;

/// Floats of memory for a first factor (M, depth) that is rounded: for its greatest size.
int64_t narrowScratch(mlir::Value factor, int64_t depth);

inline int64_t pairsOf(int64_t depth) { return (depth + 1) / 2; }

/// The gradient of a matrix: gradient (R, C) += a^T b over rows, for a (M, R) and b (M, C). Threads
/// share tiles of R; b is laid out in panels first, by all threads. In stages of its own, in which
/// the makers of accumulations are called.
struct OuterProduct {
  CpuKernelBuilder *k;
  mlir::Value a;
  int64_t rowsOut; // R
  mlir::Value b;
  int64_t columns; // C
  std::function<Accumulation()> gradient;
  bool panels;                                   // the gradient lies in panels; else row-major
  std::function<Accumulation()> columnSums = {}; // of b: the gradient of a bias; null: not wanted
  int64_t scratchOffset = 0;                     // of outerProductScratch floats in k.scratch
  bool narrow = false;                           // both factors are rounded to bf16
};

/// Adds rows [0, rows) of a and b.
void emitOuterProduct(const OuterProduct &product, mlir::Value rows);
/// Floats of scratch memory, for the greatest number of rows.
int64_t outerProductScratch(int64_t rows, int64_t columns);

} // namespace tenon
