// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// bf16 in kernels: values are held as i16 bits, two of them side by side as the i32 of a pair, and
// computed with as f32. Everything here is integer arithmetic, the same bits on every target,
// except `dotPairs` where the CPU has an instruction for it.
#pragma once
#include "Kernel.h"

namespace tenon {

/// The type that memory of an element type is read and written as: i16 for bf16.
mlir::Type storedType(mlir::Type element);

/// Loads floats as f32: bf16 is widened, which is exact. Of integers it loads integers.
mlir::Value loadAsF32(KernelBuilder &k, mlir::Value base, mlir::Value index, mlir::Type element,
                      unsigned lanes = 1);

/// Stores f32 as `element`: for bf16 rounded to nearest, ties to even; a NaN stays a (quiet) NaN.
void storeF32As(KernelBuilder &k, mlir::Type element, mlir::Value value, mlir::Value base,
                mlir::Value index, bool nontemporal = false);

/// f32 to the i16 bits of bf16, and back.
mlir::Value narrowToBf16(KernelBuilder &k, mlir::Value f32);
mlir::Value widenFromBf16(KernelBuilder &k, mlir::Value i16);

/// The f32 of the even (half 0, low) or the odd (half 1, high) elements of pairs, i32.
mlir::Value halfOfPairs(KernelBuilder &k, mlir::Value pairs, unsigned half);

/// The even (low) or the odd (high) elements of pairs as they are stored, in the low half of an
/// i32.
mlir::Value lowerOfPairs(KernelBuilder &k, mlir::Value pairs);
mlir::Value upperOfPairs(KernelBuilder &k, mlir::Value pairs);

/// Pairs of the i16 in the lanes of `low` and `high`, both i32.
mlir::Value joinPairs(KernelBuilder &k, mlir::Value low, mlir::Value high);

/// `lanes` pairs of bf16 from element `index` on, of which the first `valid` elements are read and
/// the rest are zero; `valid` is 2 * lanes for all.
mlir::Value loadPairs(KernelBuilder &k, mlir::Value base, mlir::Value index, unsigned lanes,
                      int64_t valid);

/// sums + the products of x and y, pair by pair, in f32, by the dot instruction of the target. It
/// takes subnormal bf16 for zero.
mlir::Value dotPairs(KernelBuilder &k, mlir::Value x, mlir::Value y, mlir::Value sums);

} // namespace tenon
