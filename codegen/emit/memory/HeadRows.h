// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the heads of queries, of keys or of values lie in a tensor (B, T, ...): side by side in rows,
// from a column on.
#pragma once
#include "AttentionHeads.h"
#include "kernel/Kernel.h"

namespace tenon {

struct HeadRows {
  mlir::Value base;     // null where the tensor is not there
  int64_t width, first; // of a row; the column of head 0

  /// Channel 0 of the head that begins `column` channels behind head 0.
  mlir::Value at(KernelBuilder &k, mlir::Value row, mlir::Value column) const {
    return k.add(k.add(k.mul(row, width), first), column);
  }

  /// Queries (part 0), keys (1) or values (2) of an attention's inputs, or their gradients.
  static HeadRows of(KernelBuilder &k, mlir::ValueRange tensors, const AttentionHeads &heads,
                     unsigned part) {
    int64_t channels = heads.queryChannels();
    if (heads.isPacked)
      return {k.base(tensors[0]), 3 * channels, part * channels};
    return {k.base(tensors[part]), part == 0 ? channels : heads.keyChannels(), 0};
  }
};

} // namespace tenon
