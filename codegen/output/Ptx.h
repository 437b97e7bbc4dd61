// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPU kernels for NVIDIA devices: PTX through LLVM's own backend; no CUDA toolkit is involved.
#pragma once
#include "gpu/GpuEntry.h"

namespace tenon {

/// The kernel of an entry as PTX for sm_<architecture>, 80 or newer; the error says why there is
/// none.
llvm::Expected<GpuKernel> compilePtx(mlir::func::FuncOp entry, unsigned architecture);

} // namespace tenon
