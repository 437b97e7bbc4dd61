// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPU kernels for Vulkan 1.1 devices: SPIR-V 1.3 compute shaders over storage buffers.
#pragma once
#include "gpu/GpuEntry.h"

namespace tenon {

/// The kernel of an entry as SPIR-V; the error says why there is none. Buffer i of the kernel is
/// binding i of set 0. Needs no subgroup operations and 1 KB of shared memory.
llvm::Expected<GpuKernel> compileSpirv(mlir::func::FuncOp entry);

} // namespace tenon
