// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementwise operations on a few elements of one row: in kernels by rows, and in chains, the
// epilogue of a kernel that makes its rows in pieces.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// The elements of `op`, from those of its operands at the same place: `row` and `column` of the
/// first of them, whose last `inner` dimensions are its columns. `column` is a multiple of the
/// number of lanes, but for what is in `beyond`.
mlir::Value emitElement(KernelBuilder &k, mlir::Operation *op,
                        llvm::function_ref<mlir::Value(mlir::Value)> operand, mlir::Value row,
                        mlir::Value column, unsigned inner = 1, int64_t beyond = 0);

/// `lanes` numbers along a dimension, from that of element `first` on, of every step-th element.
mlir::Value emitAlong(KernelBuilder &k, AlongOp op, mlir::Value first, unsigned lanes,
                      int64_t step = 1);

/// Whether an operation needs registers beside its operands and its result.
bool isLong(mlir::Operation *op);

/// The row, in rows, of an operand that is repeated: where its dimensions, which stand at `places`
/// among `outer`, are at row `row` of those. Null where it has none: it is one row.
mlir::Value placeOfRow(KernelBuilder &k, llvm::ArrayRef<unsigned> places,
                       llvm::ArrayRef<mlir::StringAttr> outer, mlir::Value row);

/// Applies `ops`, in order, to `value`: `lanes` elements of row `row` from column `column` of
/// `seed`. `seed` is a value of the group's body, whose last `inner` dimensions are its columns;
/// returns the elements of the last op.
mlir::Value applyChain(KernelBuilder &k, llvm::ArrayRef<mlir::Operation *> ops, mlir::Value seed,
                       mlir::Value value, mlir::Value row, mlir::Value column, unsigned inner = 1);

/// The same, and stores what the group yields of it: usually the last, but what training keeps for
/// its backward may be the seed or come between.
void storeChain(KernelBuilder &k, llvm::ArrayRef<mlir::Operation *> ops, mlir::Value seed,
                mlir::Value value, mlir::Value row, mlir::Value column, unsigned inner = 1);

/// Vectors of a row that `ops` work on best at a time, where rows have so many columns: dropout has
/// several share the evaluation of random words.
unsigned chainVectors(llvm::ArrayRef<mlir::Operation *> ops, int64_t columns);

/// The elementwise operations of a group's body, in order.
llvm::SmallVector<mlir::Operation *> elementwiseOps(GroupOp group);

} // namespace tenon
