// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Packing: from a row-major weight (K, N) to panels [N/NR][K/KP][NR][KP]: KP rows of K lie side by
// side, a pair of bf16 as a dot instruction reads it, or one row of f32.
#pragma once
#include "Compiled.h"
#include "kernel/Kernel.h"

namespace tenon {

/// KP of a weight of that element type.
inline int64_t packedDepth(mlir::Type element) { return element.isBF16() ? 2 : 1; }

/// Bytes of a packed weight (K, N).
int64_t packedBytes(int64_t depth, int64_t columns, mlir::Type element, const Target &target);

/// Emits `void packSymbol(const void *source, void *destination)` for a parameter's shape; columns
/// and rows that the last panel or pair lacks become zero.
void emitPack(mlir::ModuleOp module, const PackedParam &packed, ParamOp param,
              const Target &target);

/// Emits its inverse, `void unpackSymbol(const void *packed, void *rowMajor)`; padding is not read.
void emitUnpack(mlir::ModuleOp module, const PackedParam &packed, ParamOp param,
                const Target &target);

} // namespace tenon
