// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention, one function a family of kernels.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Causal attention: Attention.cpp.
mlir::LogicalResult emitAttention(GroupOp group, CpuKernelBuilder &k);
int64_t attentionScratch(AttentionOp op); // floats
int64_t attentionScratch(AttentionSavingOp op);
/// Gradient of causal attention's queries, keys and values: AttentionBackward.cpp.
mlir::LogicalResult emitAttentionBackward(GroupOp group, CpuKernelBuilder &k);

} // namespace tenon
