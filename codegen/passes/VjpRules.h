// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the rule of an operation sees of the backward. Private to Vjp.
#pragma once
#include "Tenon.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace tenon {

class Backward {
public:
  explicit Backward(mlir::OpBuilder b) : b(b) {}
  virtual ~Backward() = default;

  /// Of a result, by what uses it.
  virtual mlir::Value gradientOf(mlir::Value value) = 0;
  /// Whether a value depends on a parameter; the gradients of others are not computed.
  virtual bool isActive(mlir::Value value) = 0;
  /// Adds to the gradient of an operand that is active.
  virtual mlir::LogicalResult add(mlir::Value value, mlir::Value gradient) = 0;
  /// A value of the forward where the backward runs: kept, or computed again.
  virtual mlir::Value use(mlir::Value value) = 0;

  mlir::OpBuilder b; // behind the backward written so far
};

/// The operands that an operation has a derivative by: all but those that it only compares, and
/// indices.
llvm::MutableArrayRef<mlir::OpOperand> differentiableOperands(mlir::Operation *op);

/// Appends the vector-Jacobian product of an operation: adds to the gradients of its operands. An
/// operation without a derivative is an error.
mlir::LogicalResult applyRule(mlir::Operation *op, Backward &backward);

/// Zeros of the type of a value, whatever it holds.
mlir::Value zerosLike(mlir::OpBuilder &b, mlir::Value value);

/// Fills the region of an attention's backward with the score function and its derivative.
mlir::LogicalResult differentiateScore(mlir::Region &score, mlir::Region &into);

} // namespace tenon
