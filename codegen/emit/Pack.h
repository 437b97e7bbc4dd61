// Packing: from a row-major weight (K, N) to panels [N/NR][K][NR].
#pragma once
#include "Kernel.h"

namespace tenon {

/// Emits `void symbol(const void *source, void *destination)` for a parameter's shape; columns that
/// the last panel lacks become zero.
void emitPack(mlir::ModuleOp module, llvm::StringRef symbol, ParamOp param, const Target &target);

} // namespace tenon
