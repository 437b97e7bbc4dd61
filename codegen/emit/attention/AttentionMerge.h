// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What queries side by side have made of the spans of keys so far, and how the next one is added
// (online softmax, Milakov and Gimelshein 2018).
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Floats that a span of a pair takes in scratch memory: weighted values, greatest score and sum,
/// in lines of their own.
inline int64_t partElements(int64_t headSize) { return llvm::alignTo(headSize + 2, 16); }

class AttentionMerge {
public:
  /// For up to `most` queries at once.
  AttentionMerge(CpuKernelBuilder &k, int64_t headSize, unsigned most);

  /// Adds what queries, one a lane, made of a span to what they made of those before; their
  /// weighted values lie from `index` of `base` on.
  void add(mlir::Value span, mlir::Value spanGreatest, mlir::Value spanSums, mlir::Value base,
           mlir::Value index);

  /// Leaves what queries, one a lane, made of a span in scratch memory, `stride` from one to the
  /// next; their weighted values lie one behind the other.
  void keep(mlir::Value part, int64_t stride, mlir::Value weighted, mlir::Value spanGreatest,
            mlir::Value spanSums);

  mlir::Value greatest, sums, out; // so far, the thread's own; out is (most, D)

private:
  CpuKernelBuilder &k;
  const int64_t headSize;
  mlir::Type f32;
};

} // namespace tenon
