// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adding to a parameter's gradient in memory, or beginning it.
#pragma once
#include "CpuKernel.h"

namespace tenon {

/// What an `accumulate` of a group means for the kernel that makes the gradient.
struct Accumulation {
  Accumulation(CpuKernelBuilder &k, AccumulateOp op);
  Accumulation(mlir::Value base, mlir::Value keeps) : base(base), keeps(keeps) {}

  mlir::Value base;  // of the gradient: of the current layer in a stack
  mlir::Value keeps; // i1: the kernel adds to what is there; else it must not read it

  /// What the sum of `lanes` elements at `index` begins with: what is there, or 0.
  mlir::Value begin(CpuKernelBuilder &k, mlir::Value index, unsigned lanes) const;
};

/// The `accumulate` of a value in a group; null where there is none.
AccumulateOp accumulationOf(mlir::Value gradient);

} // namespace tenon
