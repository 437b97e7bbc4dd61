// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel families: one function each, and the choice between them by the kind of a group.
#pragma once
#include "CpuKernel.h"

namespace tenon {

/// Emits the body of a group's kernel; fails with a diagnostic where the family cannot.
mlir::LogicalResult emitFamily(GroupOp group, CpuKernelBuilder &k);

/// Gather of table rows and their sum (+ layer norm): Embedding.cpp.
mlir::LogicalResult emitEmbedding(GroupOp group, CpuKernelBuilder &k);
/// Layer norm of whole rows: Norm.cpp.
mlir::LogicalResult emitNorm(GroupOp group, CpuKernelBuilder &k);
/// Matrix product with epilogue: Linear.cpp, or DotLinear.cpp where the weight is stored
/// transposed.
mlir::LogicalResult emitLinear(GroupOp group, CpuKernelBuilder &k);
void emitDotLinear(GroupOp group, CpuKernelBuilder &k);
/// The same of factors that are rounded to bf16 on the way: NarrowLinear.cpp.
mlir::LogicalResult emitNarrowLinear(GroupOp group, CpuKernelBuilder &k);
/// Causal attention: Attention.cpp.
mlir::LogicalResult emitAttention(GroupOp group, CpuKernelBuilder &k);
int64_t attentionScratch(AttentionOp op); // floats
int64_t attentionScratch(AttentionSavingOp op);
/// Gradient of causal attention's queries, keys and values: AttentionBackward.cpp.
mlir::LogicalResult emitAttentionBackward(GroupOp group, CpuKernelBuilder &k);
/// Chains of elementwise operations: Elementwise.cpp.
mlir::LogicalResult emitElementwise(GroupOp group, CpuKernelBuilder &k);
/// Gradient of a product's input, with epilogue: LinearBackward.cpp.
mlir::LogicalResult emitLinearBackward(GroupOp group, CpuKernelBuilder &k);
/// Gradients of a product's weight and bias: WeightGradient.cpp.
mlir::LogicalResult emitWeightGradient(GroupOp group, CpuKernelBuilder &k);
int64_t weightGradientScratch(LinearBackwardWeightOp op); // floats
/// The head and its loss in training, with both gradients: HeadLoss.cpp.
mlir::LogicalResult emitHeadLoss(GroupOp group, CpuKernelBuilder &k);
int64_t headLossScratch(HeadCrossEntropyOp op); // floats
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

/// The norm of all gradients and the factor that clips them: GradientNorm.cpp.
mlir::LogicalResult emitGradientNorm(GroupOp group, CpuKernelBuilder &k);
/// Floats of scratch memory for its partial sums, enough for every target's layout.
int64_t gradientNormScratch(GradientNormOp op);
/// AdamW and gradient descent, of all parameters: Optimiser.cpp.
mlir::LogicalResult emitOptimiser(GroupOp group, CpuKernelBuilder &k);
/// Initial values of all parameters: Initialise.cpp.
mlir::LogicalResult emitInitialise(GroupOp group, CpuKernelBuilder &k);

} // namespace tenon
