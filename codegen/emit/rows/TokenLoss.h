// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cross-entropy of one token's logits, and its gradient.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Reads `columns` logits, f32, from `start` on. A target outside of them counts as ignored; the
/// host has refused it already.
class TokenLoss {
public:
  TokenLoss(CpuKernelBuilder &k, mlir::Value logits, mlir::Value start, int64_t columns,
            mlir::Value target, int32_t ignore);

  /// log sum exp(logits) - logits[target], as exact for logits with a common offset as without; 0
  /// where the target is ignored.
  mlir::Value value();
  /// Writes share * (softmax - [target]) to `columns` elements from `to` on; 0 where ignored. May
  /// be the place of the logits.
  void storeGradient(mlir::Value share, mlir::Value base, mlir::Value to);

private:
  CpuKernelBuilder &k;
  mlir::Value logits, start;
  int64_t columns;
  mlir::Value counts, safeTarget; // i1; index, 0 where it does not count
  mlir::Value max, sum;           // of exp(logits - max)
};

/// How many of `count` targets are not ignored, as f64. Each thread counts by itself.
mlir::Value countTargets(CpuKernelBuilder &k, mlir::Value targets, mlir::Value count,
                         int32_t ignore);

/// The mean of `count` losses from `offset` on over the targets that are not ignored; 0 where there
/// is none. Summed in f64 in order, so that the error does not grow with the number of tokens.
mlir::Value meanLoss(CpuKernelBuilder &k, mlir::Value losses, int64_t offset, mlir::Value targets,
                     mlir::Value count, int32_t ignore);

/// dloss divided by the number of targets that are not ignored, at least 1.
mlir::Value shareOfToken(CpuKernelBuilder &k, mlir::Value dloss, mlir::Value targets,
                         mlir::Value count, int32_t ignore);

} // namespace tenon
