// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sums over the first dimension of (outer, rows, columns): the gradient of what was repeated over
// it, for SumLeading.cpp and positions in EmbeddingBackward.cpp.
#pragma once
#include "kernel/Accumulate.h"

#include <optional>

namespace tenon {

struct RowSums {
  mlir::Value source; // base of (outer, rows, columns)
  mlir::Value outer;  // index
  mlir::Value rows;   // index; null: one row, and threads share its columns
  int64_t columns;
  mlir::Value target;                    // base of (rows, columns)
  std::optional<Accumulation> adds = {}; // to the target; none: the target is begun
};

/// target[r, c] (+)= sum over o of source[o, r, c]. Of 8 values of o the sum is taken first and
/// added to the target then, in order, which keeps rounding errors of long sums small.
void emitRowSums(CpuKernelBuilder &k, const RowSums &sums);

} // namespace tenon
