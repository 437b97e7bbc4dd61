// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The function of a kernel around what its family emits.
#pragma once
#include "Tenon.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace tenon {

struct MemoryLayout;
struct Target;

/// Adds the kernel of a group to `module` and returns its function; a group of the same structure
/// that is there already is used again. `kernels` remembers them.
struct KernelTable {
  llvm::StringMap<mlir::func::FuncOp> kernels;
  int64_t threadBytes = 0; // of each thread's memory, that the most demanding kernel needs
};
mlir::FailureOr<mlir::func::FuncOp> emitCpuKernel(GroupOp group, mlir::ModuleOp module,
                                                  const Target &target, const MemoryLayout &layout,
                                                  KernelTable &kernels);

} // namespace tenon
