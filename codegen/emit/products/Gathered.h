// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What products with gathered weights share: which rows go with which part of the weight.
#pragma once
#include "rows/IdOrder.h"

namespace tenon {

/// A row is an index of a token, (M..., A). With more than one token rows are taken part by part,
/// so that a part is read once for all rows that name it.
struct GatheredRows {
  GatheredRows(CpuKernelBuilder &k, mlir::Value ids, const GatheredShape &shape);

  /// Floats of scratch memory for the greatest number of rows.
  static int64_t scratch(mlir::Value ids, const GatheredShape &shape);

  /// A stage that sorts all rows by their part.
  void sort();
  /// For each part that some rows name, which are the places [from, to) of the sorted list.
  void forParts(llvm::function_ref<void(mlir::Value part, mlir::Value from, mlir::Value to)> body);

  /// The element at which the row of x for a row of ids begins.
  mlir::Value startOfX(mlir::Value row) {
    return k.mul(shape.isShared ? k.div(row, shape.active) : row, shape.depth);
  }
  /// The first element of a part of the weight.
  mlir::Value startOf(mlir::Value part) { return k.mul(part, shape.columns * shape.depth); }

  CpuKernelBuilder &k;
  GatheredShape shape;
  mlir::Value count; // of rows
  IdOrder order;
};

} // namespace tenon
