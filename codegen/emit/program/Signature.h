// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a kernel function looks like: the memory and the numbers that it is handed.
#pragma once
#include "Tenon.h"

namespace tenon {

/// A buffer that a kernel is handed: flat, row-major, of the greatest size that the tensor can
/// have.
struct KernelBuffer {
  enum class Source { Value, Param, Gradient, Moment1, Moment2, State, Result, Scratch } source;
  mlir::Value value;           // Value: the captured value; Result: the group's result
  mlir::StringAttr symbol;     // a parameter's, or a state's name
  mlir::RankedTensorType type; // null for Scratch
  int64_t elements;            // greatest number of elements
  mlir::Type element;
};

/// A kernel function's arguments, in order: the buffers as pointers, the sizes of the model's
/// dynamic dimensions, the position, the layer (all index), the thread's number (i32), the number
/// of shares (index), the call and the thread's own memory (pointers).
struct KernelSignature {
  llvm::SmallVector<KernelBuffer> buffers; // values, parameters' memory, state, results, scratch
  llvm::SmallVector<DimOp> dims;           // dynamic dimensions, in model order

  static KernelSignature of(GroupOp group);
};

} // namespace tenon
