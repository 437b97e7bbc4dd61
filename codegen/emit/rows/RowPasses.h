// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a kernel by rows goes over its rows: once, and once more for each reduction that others wait
// for.
#pragma once
#include "Tenon.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace tenon {

/// A group of kind rows, of whose operations each makes either elements, one for each column of a
/// row, or numbers, one for each row.
struct RowPasses {
  explicit RowPasses(GroupOp group);

  GroupOp group;
  mlir::RankedTensorType row;             // of what has elements; else of the numbers
  int64_t columns = 0;                    // 0: there are numbers only
  llvm::ArrayRef<mlir::StringAttr> outer; // the dimensions of the numbers

  struct Pass {
    llvm::SmallVector<ReduceOp> reductions;  // that it ends
    llvm::SmallVector<mlir::Value> stored;   // elements that the group yields
    llvm::SetVector<mlir::Value> numbers;    // that it needs
    llvm::SetVector<mlir::Value> reads;      // elements in memory that it needs
    llvm::SetVector<mlir::Operation *> made; // what makes elements in it
    bool isLong = false;                     // needs registers beside its operands, see isLong
  };
  llvm::SmallVector<Pass> passes;
  /// Elements that are kept for a later pass, rather than made again, by the pass that makes them.
  llvm::MapVector<mlir::Value, unsigned> kept;

  bool isMade(mlir::Value value) const; // by an operation of the group
  bool isElement(mlir::Value value) const;
  /// Where the dimensions of an operand stand among `outer`.
  llvm::SmallVector<unsigned> outerPlaces(mlir::Value operand) const;
  /// The product of which `reduce` alone needs the elements; null where it sums something else.
  ElementwiseOp summedProduct(ReduceOp reduce) const;

private:
  void need(mlir::Value value, unsigned pass);

  llvm::DenseMap<mlir::Value, unsigned> levels, madeIn; // by pass
  llvm::DenseSet<mlir::Value> costly; // elements that take more than a store and a load to make
};

} // namespace tenon
