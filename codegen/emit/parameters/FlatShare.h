// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sharing several arrays among the threads as if they were one, so that many small ones keep all
// threads as busy as a large one.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// Elements of f32 in a line of 64 bytes, the unit in which parameters are aligned and shared.
constexpr int64_t lineElements = 16;

/// Cuts arrays of `counts` units, one behind the other, into as many equal runs as there are
/// threads, and calls `body(i, begin, end)` once for each array: this thread's part of it, empty
/// for most.
void shareAll(KernelBuilder &k, llvm::ArrayRef<int64_t> counts,
              llvm::function_ref<void(unsigned, mlir::Value, mlir::Value)> body);

} // namespace tenon
