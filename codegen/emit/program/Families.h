// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The choice between the kernel families by the kind of a group.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// Emits the body of a group's kernel; fails with a diagnostic where the family cannot.
mlir::LogicalResult emitFamily(GroupOp group, CpuKernelBuilder &k);

/// Floats of scratch memory that a group's kernel needs in the arena.
int64_t scratchElements(GroupOp group);

} // namespace tenon
