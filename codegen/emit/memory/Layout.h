// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where parameters and states lie in the memory of one target, in bytes.
#pragma once
#include "Compiled.h"

namespace tenon {

/// Parameters in manifest order, states by name.
struct MemoryLayout {
  std::vector<PackedParam> params;
  llvm::StringMap<PackedParam> states; // offset and stride only
  llvm::StringMap<unsigned> paramIndex;
  uint64_t weightsBytes = 0, stateBytes = 0;

  /// Lays out a planned model: the weights (K, N) of products as panels (Linear.cpp), all other
  /// parameters row-major, and with them weights (N, K) (DotLinear.cpp). Fails where a parameter is
  /// needed in two forms.
  static mlir::FailureOr<MemoryLayout> of(ModelOp model, const Target &target);

  const PackedParam &param(mlir::StringAttr name) const { return params[paramIndex.lookup(name)]; }
  /// Whether the parameter lies in panels of target.panelColumns() columns; else it is row-major.
  bool isPanel(mlir::StringAttr param) const;
  /// Bytes of all layers of a parameter, which lie one after the other, padding included.
  int64_t paramBytes(ModelOp model, mlir::StringAttr param) const;
};

/// Number of layers behind an optional `layers` dimension; 1 where there is none.
int64_t layerCount(ModelOp model, std::optional<llvm::StringRef> layers);

} // namespace tenon
