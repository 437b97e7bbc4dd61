// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which operations share a kernel: the rules by which tenon-fuse grows a group from its first one.
#pragma once
#include "Tenon.h"

namespace tenon {

/// The operations of a group in order, and why the next one did not join.
struct GroupPlan {
  GroupKind kind;
  llvm::SmallVector<mlir::Operation *> members;
  std::string ends;
};

/// Whether an operation's kernel makes the numbers along a dimension in registers.
bool makesAlong(mlir::Operation *user);

/// Whether an operation begins a group when no group before it has taken it.
bool startsGroup(mlir::Operation *op);

/// Whether an operation lets the groups behind it form first, since one of them may take it; if
/// none does, it begins its own.
bool waitsForGroup(mlir::Operation *op);

/// The group that begins with `op`: as many of the operations behind it as its kernel can take in.
GroupPlan growGroup(mlir::Operation *op);

} // namespace tenon
