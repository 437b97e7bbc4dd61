// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementary functions of f32, scalars or vectors, written out in arithmetic: no library calls, the
// same bits in every lane and on every number of lanes. NaN gives NaN. The greatest errors over all
// floats stand in README.md.
#pragma once
#include "Kernel.h"

namespace tenon {

/// e^x; subnormal results are rounded once.
mlir::Value emitExp(KernelBuilder &k, mlir::Value x);
/// log x; -infinity for either zero, NaN for x < 0.
mlir::Value emitLog(KernelBuilder &k, mlir::Value x);
/// tanh x; keeps the sign of zero.
mlir::Value emitTanh(KernelBuilder &k, mlir::Value x);
/// The error function 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x; keeps the sign of
/// zero.
mlir::Value emitErf(KernelBuilder &k, mlir::Value x);
/// 1/sqrt x; for a zero infinity with its sign, NaN for x < 0.
mlir::Value emitRsqrt(KernelBuilder &k, mlir::Value x);
/// sin x and cos x; NaN for |x| >= 2^20.
mlir::Value emitSin(KernelBuilder &k, mlir::Value x);
mlir::Value emitCos(KernelBuilder &k, mlir::Value x);
/// GELU in either form; see tenon.gelu.
mlir::Value emitGelu(KernelBuilder &k, mlir::Value x, GeluKind form);
/// The derivative of either form of GELU; see tenon.gelu_backward. 0 and 1 at the infinities.
mlir::Value emitGeluDerivative(KernelBuilder &k, mlir::Value x, GeluKind form);

// Of u = (n + 1/2) / 2^24, which not every float can hold, by its whole number n (i32, 0 to 2^24 -
// 1): what random words become.

/// log u.
mlir::Value emitLogOfUnit(KernelBuilder &k, mlir::Value n);
/// sin and cos of 2 pi u.
std::pair<mlir::Value, mlir::Value> emitSinCosOfTurn(KernelBuilder &k, mlir::Value n);

} // namespace tenon
