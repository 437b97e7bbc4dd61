// Transposing small matrices in registers.
#pragma once
#include "Kernel.h"

namespace tenon {

/// Lane i of result j is lane j of vector i: for as many vectors as each has lanes, a power of two.
llvm::SmallVector<mlir::Value> transposeVectors(KernelBuilder &k,
                                                llvm::ArrayRef<mlir::Value> vectors);

} // namespace tenon
