// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When the values of an entry lie in memory, counted in steps: a group is one step, a repeat one at
// its beginning and one at its end.
#pragma once
#include "ArenaPacking.h"
#include "Tenon.h"

#include "llvm/ADT/MapVector.h"

namespace tenon {

class Liveness {
public:
  explicit Liveness(mlir::func::FuncOp function);

  llvm::ArrayRef<GroupOp> groups() const { return groups_; }
  llvm::ArrayRef<RepeatOp> repeats() const { return repeats_; }
  Steps of(mlir::Operation *groupOrRepeat) const { return steps.find(groupOrRepeat)->second; }

  /// From the step that computes a value to the last that reads it. An argument of a layer counts
  /// as computed where the stack begins, the result of a stack where it ends.
  Steps of(mlir::Value value) const;

  /// Whether a value is in memory that kernels may write: not an input of the entry, nor a slice of
  /// a stack.
  static bool isOurs(mlir::Value value);

  /// Whether two values can lie in one place: they live at different times, or the second is made
  /// out of the first, element by element, by the last that reads it.
  bool mayShare(mlir::Value x, mlir::Value y) const;

private:
  void number(mlir::Block &block);
  int64_t lastStep(mlir::OpOperand &use, mlir::Block *home) const;
  bool isHandedOver(mlir::Value from, mlir::Value to, int64_t step) const;
  bool isKept(mlir::Value init) const;

  llvm::DenseMap<mlir::Operation *, Steps> steps;
  llvm::SmallVector<GroupOp> groups_;
  llvm::SmallVector<RepeatOp> repeats_;
  int64_t next = 0;
};

/// A use that reads each element just before the kernel writes the element in its place.
bool isElementwiseUse(mlir::OpOperand &use);

} // namespace tenon
