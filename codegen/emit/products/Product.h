// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the families of matrix products share: operands, shape, and the epilogue.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// What a product multiplies: rows of x with a weight, both f32 or both bf16; sums are f32.
struct Factors {
  CpuKernelBuilder &k;
  mlir::Value x = {}, weight = {}; // bases
  int64_t depth = 0;               // K
  bool bf16 = false;

  /// Elements of K in a lane of what the kernel loads of x and the weight: a pair of bf16, one f32.
  int64_t group() const { return bf16 ? 2 : 1; }
  /// A lane's type: i32 holds a pair.
  mlir::Type lane() const { return bf16 ? k.b.getI32Type() : mlir::Type(k.b.getF32Type()); }
  /// How often loaded lanes are multiplied: pairs are halved where the target has no dot.
  unsigned parts() const { return bf16 && k.target.widensPairs() ? 2 : 1; }
  /// Part number `i` of loaded lanes, ready for `multiply`.
  mlir::Value part(mlir::Value loaded, unsigned i) const;
  /// sums + x * weight, of one part of each.
  mlir::Value multiply(mlir::Value x, mlir::Value weight, mlir::Value sums) const;
};

/// The product of a group of kind linear: y (M, N) = x (M, K) times its weight, then bias and
/// chain. Where K or N are several dimensions they count as one.
struct Product : Factors {
  Product(GroupOp group, CpuKernelBuilder &k);

  mlir::Value rows() { return k.rows(type, shape.made); } // M

  /// Ends sums over K: bias, the operations behind the product, and the store, for the elements of
  /// `row` from `column` on, as many as `value` has lanes.
  void finish(mlir::Value value, mlir::Value row, mlir::Value column);

  LinearOp op;
  mlir::RankedTensorType type; // of y
  ProductShape shape;
  int64_t columns; // N
  llvm::SmallVector<mlir::Operation *> chain;
};

} // namespace tenon
