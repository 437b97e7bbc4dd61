// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reverse-mode differentiation of a function: what tenon-derive-entries makes training entries
// with.
#pragma once
#include "Tenon.h"

#include "llvm/ADT/SetVector.h"

namespace tenon {

/// How the gradient of a parameter begins in an entry: always from nothing, or in calls where a
/// scalar is 0.
struct GradientStart {
  mlir::Value ifZero; // null: always
};

/// Appends the backward of `loss`, a value of the function's first block, to that block, before its
/// terminator: `tenon.accumulate` for every parameter that the loss depends on, in gradients of the
/// loss times `dloss`. Layer stacks get a backward loop, and yield what it needs. Dropout must be
/// training_dropout before, attention attention_saving. Returns the names of the parameters; an
/// operation that cannot be differentiated is an error at its line.
mlir::FailureOr<llvm::SetVector<mlir::StringAttr>>
appendBackward(mlir::Value loss, mlir::Value dloss, GradientStart start);

/// Whether the backward of a layer computes an operation's result again where it needs it, rather
/// than keep it for every layer: a few operations an element, on operands that are read there
/// anyway.
bool isRecomputed(mlir::Operation *op);

} // namespace tenon
