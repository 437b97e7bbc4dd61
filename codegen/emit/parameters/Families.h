// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What works on the memory of all parameters, one function a family of kernels.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// The norm of all gradients and the factor that clips them: GradientNorm.cpp.
mlir::LogicalResult emitGradientNorm(GroupOp group, CpuKernelBuilder &k);
/// Floats of scratch memory for its partial sums, enough for every target's layout.
int64_t gradientNormScratch(GradientNormOp op);
/// AdamW and gradient descent, of all parameters: Optimiser.cpp.
mlir::LogicalResult emitOptimiser(GroupOp group, CpuKernelBuilder &k);
/// Initial values of all parameters: Initialise.cpp.
mlir::LogicalResult emitInitialise(GroupOp group, CpuKernelBuilder &k);

} // namespace tenon
