// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which entries can run on a GPU, and where the buffers of their kernel come from.
#pragma once
#include "Compiled.h"
#include "GpuKernel.h"

#include "llvm/Support/Error.h"

namespace tenon {

/// An entry whose whole work is one group of rows.
struct GpuEntry {
  RowGroup rows;
  KernelSignature signature;
  GpuShape shape;
  std::vector<GpuBuffer> buffers; // of the signature, then the scalars
  std::string symbol;             // "tenon_<model>_<entry>"

  /// Reads an entry; the error of one that cannot run on a GPU says why.
  static llvm::Expected<GpuEntry> of(mlir::func::FuncOp entry);
  /// The kernel without its code.
  GpuKernel describe(GpuKernel::Code kind, std::string target, unsigned architecture) const;
};

} // namespace tenon
