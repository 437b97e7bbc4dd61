// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Growing one group along the uses of a value: what Grow.cpp and GrowTraining.cpp share.
#pragma once
#include "Grow.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tenon {

/// What a kernel can do to each element that it has just computed.
bool isElementwise(mlir::Operation *op);

/// Whether an operation of an entry that trains begins a group of its own, and that group.
bool startsTrainingGroup(mlir::Operation *op);
GroupPlan growTrainingGroup(mlir::Operation *op);

/// The group by rows that begins with an elementwise operation or a reduction.
GroupPlan growRows(mlir::Operation *op);

/// Grows a group along the uses of one current value.
class Growth {
public:
  /// `columns` is how many of the last dimensions of what it makes the kernel sees as one.
  Growth(GroupKind kind, mlir::Operation *first, unsigned columns = 1)
      : plan{kind, {first}, ""}, columns(columns) {}

  mlir::Value current() { return plan.members.back()->getResult(0); }
  void take(mlir::Operation *op) { plan.members.push_back(op); }
  bool stop(const llvm::Twine &reason);

  /// The only user of the current value, in the same block; null (and the reason kept) otherwise.
  /// A stack that keeps the value for another repeat does not count: the kernel stores it too.
  mlir::Operation *onlyUser();
  /// Takes in the elementwise operations that lead to one value.
  void takeElementwise();
  /// Takes in the cast of the current value that products read, where it is the only use.
  void takeCast();

  GroupPlan plan;

private:
  bool isRepeatedInside(mlir::Operation *op) const;
  llvm::SmallVector<mlir::Operation *> comeTogether();

  unsigned columns;
};

} // namespace tenon
