// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Products of small matrices in a thread's own memory, by register tiles. The blocks are padded
// to whole tiles, so that no tile has an edge.
#pragma once
#include "kernel/CpuKernel.h"

#include <functional>

namespace tenon {

/// out(r, c) = sum over i of a(r, i) * b(i, c), in order of i, for `rows` x `columns` elements of
/// out. Where a term or an element lies is given by its strides, in elements.
struct BlockProduct {
  mlir::Value a; // a(r, i) at r * aRow + i * aTerm: with aRow = 1 the transposed of what lies there
  int64_t aRow, aTerm;
  mlir::Value b; // b(i, c) at i * bTerm + c
  int64_t bTerm;
  mlir::Value out; // at r * outRow + c
  int64_t outRow;
  int64_t rows, columns; // columns: a multiple of the vector width
  bool adds;             // to what is in out, else out is written anew
  int64_t widest = 64;   // columns of a tile at most: narrow ones keep their bounds more closely
};

/// What a tile need not do, such as what lies above the diagonal. Rows outside of [first, last) may
/// be left as they are; terms outside of [begin, end) are left out.
struct BlockBounds {
  /// Rows of the columns from `column` on.
  std::function<std::pair<mlir::Value, mlir::Value>(mlir::Value column)> rows;
  /// Terms of the rows [row, row + count).
  std::function<std::pair<mlir::Value, mlir::Value>(mlir::Value row, unsigned count)> terms;
};

void emitBlockProduct(CpuKernelBuilder &k, const BlockProduct &product, const BlockBounds &bounds);

} // namespace tenon
