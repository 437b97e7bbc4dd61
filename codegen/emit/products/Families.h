// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products, one function a family of kernels.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Matrix product with epilogue: Linear.cpp, or DotLinear.cpp where the weight is stored
/// transposed.
mlir::LogicalResult emitLinear(GroupOp group, CpuKernelBuilder &k);
void emitDotLinear(GroupOp group, CpuKernelBuilder &k);
/// The same of factors that are rounded to bf16 on the way: NarrowLinear.cpp.
mlir::LogicalResult emitNarrowLinear(GroupOp group, CpuKernelBuilder &k);
/// Gradient of a product's input, with epilogue: LinearBackward.cpp.
mlir::LogicalResult emitLinearBackward(GroupOp group, CpuKernelBuilder &k);
/// Gradients of a product's weight and bias: WeightGradient.cpp.
mlir::LogicalResult emitWeightGradient(GroupOp group, CpuKernelBuilder &k);
int64_t weightGradientScratch(LinearBackwardWeightOp op); // floats
/// Product with a gathered weight, with epilogue: GatheredLinear.cpp. Its gradients:
/// GatheredBackward.cpp.
void emitGatheredLinear(GroupOp group, CpuKernelBuilder &k);
void emitGatheredLinearBackward(GroupOp group, CpuKernelBuilder &k);
mlir::LogicalResult emitGatheredWeightGradient(GroupOp group, CpuKernelBuilder &k);
int64_t gatheredScratch(mlir::Operation *op); // floats
/// The head and its loss in training, with both gradients: HeadLoss.cpp.
mlir::LogicalResult emitHeadLoss(GroupOp group, CpuKernelBuilder &k);
int64_t headLossScratch(HeadCrossEntropyOp op); // floats

} // namespace tenon
