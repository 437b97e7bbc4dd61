// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Work across the lanes of several registers at once: transposing small matrices, sums of lanes.
#pragma once
#include "Kernel.h"

namespace tenon {

/// Lane i of result j is lane j of vector i: for as many vectors as each has lanes, a power of two.
llvm::SmallVector<mlir::Value> transposeVectors(KernelBuilder &k,
                                                llvm::ArrayRef<mlir::Value> vectors);

/// Lane i is the sum of the lanes of vector i, by the tree of `reduceAdd` and so of the same bits,
/// in about two shuffles and an addition a vector. As many lanes as vectors: a power of two, at
/// most as many as each has lanes; a scalar for one vector.
mlir::Value sumsOfLanes(KernelBuilder &k, llvm::ArrayRef<mlir::Value> vectors);

} // namespace tenon
