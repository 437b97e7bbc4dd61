// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The end of a product's register tile: its sums become elements of the result, by the chain of
// operations behind the product.
#pragma once
#include "kernel/CpuKernel.h"

#include <functional>

namespace tenon {

class Epilogue {
public:
  /// Ends sums: elements of `row` from `column` on, as many as `value` has lanes.
  using Finish = std::function<void(mlir::Value value, mlir::Value row, mlir::Value column)>;

  /// For a product with `columns` columns, `chain` behind it. Emitted before the tiles.
  Epilogue(CpuKernelBuilder &k, llvm::ArrayRef<mlir::Operation *> chain, int64_t columns,
           Finish finish);

  /// Prefetches what the chain will read for a tile: of `rows` rows from `row` on, a panel's
  /// columns from `column` on.
  void prefetch(unsigned rows, mlir::Value row, mlir::Value column);

  /// For sums of `rows` rows from `row` on, of which those before `end` are wanted (null: all), and
  /// of `valid` columns from `column` on.
  void emit(mlir::ValueRange sums, unsigned rows, mlir::Value row, mlir::Value end,
            mlir::Value column, int64_t valid);

private:
  CpuKernelBuilder &k;
  Finish finish;
  int64_t columns;
  llvm::SmallVector<mlir::Value> read; // by the chain, element by element
  unsigned together;                   // vectors of a row that the chain gets at a time
  mlir::Value tile; // on the stack, rows of a panel's columns; null where sums end in registers
};

} // namespace tenon
