// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed row by row, or element by element: one function a family of kernels.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Gather of table rows and their sum (+ layer norm): Embedding.cpp.
mlir::LogicalResult emitEmbedding(GroupOp group, CpuKernelBuilder &k);
/// Layer norm of whole rows: Norm.cpp.
mlir::LogicalResult emitNorm(GroupOp group, CpuKernelBuilder &k);
/// Elementwise operations and reductions of rows: RowKernel.cpp; of what lies apart: Reduce.cpp.
mlir::LogicalResult emitRows(GroupOp group, CpuKernelBuilder &k);
mlir::LogicalResult emitReduce(ReduceOp op, CpuKernelBuilder &k);
/// The greatest elements of rows, elements by index: Choice.cpp.
mlir::LogicalResult emitChoice(GroupOp group, CpuKernelBuilder &k);
/// Copies of the last token: LastToken.cpp.
mlir::LogicalResult emitLastToken(GroupOp group, CpuKernelBuilder &k);
/// Rows of tokens before, or behind: Shift.cpp.
mlir::LogicalResult emitShift(GroupOp group, CpuKernelBuilder &k);
/// Gradients of a layer norm's weight, bias and input, with epilogue: NormBackward.cpp.
mlir::LogicalResult emitNormBackward(GroupOp group, CpuKernelBuilder &k);
int64_t normBackwardScratch(GroupOp group);
/// Gradient of an embedding's table: EmbeddingBackward.cpp.
mlir::LogicalResult emitEmbeddingBackward(GroupOp group, CpuKernelBuilder &k);
int64_t embeddingBackwardScratch(EmbeddingBackwardOp op); // floats
/// Sums over leading dimensions: SumLeading.cpp.
mlir::LogicalResult emitSumLeading(GroupOp group, CpuKernelBuilder &k);
/// Per-token cross-entropy, the masked mean, the gradient of logits: CrossEntropy.cpp.
mlir::LogicalResult emitCrossEntropy(GroupOp group, CpuKernelBuilder &k);

} // namespace tenon
