// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The functions of scalars that models write: arithmetic of f32, scalars or vectors.
#pragma once
#include "Kernel.h"

namespace tenon {

mlir::Value emitScalarFunction(KernelBuilder &k, ScalarFunction function,
                               llvm::ArrayRef<mlir::Value> x);

/// Whether a function needs registers beside its operands and its result.
bool needsRegisters(ScalarFunction function);

} // namespace tenon
