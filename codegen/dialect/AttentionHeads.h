// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The heads of attention, for its forms in the forward, in training and in the backward alike: of
// inputs that are one packed tensor or queries, keys and values apart.
#pragma once
#include "Tenon.h"

namespace tenon {

struct AttentionHeads {
  int64_t queries, keys, size; // query heads, key heads, D
  bool isPacked;               // queries, keys and values side by side in one tensor

  /// Of an attention's inputs and its attribute `heads`, null where they are not packed.
  static AttentionHeads of(ModelOp model, mlir::ValueRange inputs, mlir::FlatSymbolRefAttr heads);
  template <class Attention>
  static AttentionHeads of(ModelOp model, Attention op) {
    return of(model, op.getInputs(), op.getHeadsAttr());
  }

  /// Query heads of a key head, neighbours: query head h uses key head h / group().
  int64_t group() const { return queries / keys; }
  /// The channels of all query heads, and of all key heads.
  int64_t queryChannels() const { return queries * size; }
  int64_t keyChannels() const { return keys * size; }
};

/// The names of the dimensions of attention's log-sum-exp: (B, heads..., T).
llvm::SmallVector<mlir::StringAttr> lseDims(mlir::ValueRange inputs, mlir::FlatSymbolRefAttr heads);

/// The names of what a row of queries (part 0), keys (1) or values (2) has behind T; of the result
/// `y` where they are packed.
llvm::ArrayRef<mlir::StringAttr> dimsBehindTime(mlir::ValueRange inputs, mlir::Type y,
                                                unsigned part);

} // namespace tenon
