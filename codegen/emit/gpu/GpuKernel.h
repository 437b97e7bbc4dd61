// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels for GPUs: how the lanes of a work group share rows, for any GPU language. The languages
// (output/Spirv.cpp, output/Ptx.cpp) add memory access and the sum over lanes.
#pragma once
#include "program/Signature.h"
#include "rows/Rows.h"

namespace tenon {

/// How rows of C columns are spread over a work group: a row belongs to `rowLanes` neighbouring
/// lanes, which take turns at pieces of `width` columns; so neighbours read neighbouring memory.
struct GpuShape {
  unsigned width;        // columns of one memory access: 4, 2 or 1, as C allows
  unsigned rowLanes;     // a power of two, at most 32
  unsigned rowsAtOnce;   // rows that the lanes of a work group hold at a time
  unsigned rowsPerGroup; // rows of a work group, a multiple of rowsAtOnce
  int64_t pieces;        // of a row
  int64_t laneElements;  // a lane's share of a row, at most
  bool inRegisters;      // that share is small enough to stay in registers

  // Every Vulkan device takes work groups of 128.
  static constexpr unsigned workgroupSize = 128;
  /// For at most `rows` rows in one launch.
  static GpuShape of(int64_t columns, int64_t rows);
};

/// The vocabulary of GPU kernels: one function that all lanes of all work groups run.
class GpuKernelBuilder : public KernelBuilder {
public:
  using KernelBuilder::KernelBuilder;
  mlir::Value lane;      // index: 0 .. workgroupSize - 1
  mlir::Value workgroup; // index

  /// Nothing: other lanes hide the latency.
  void prefetch(mlir::Value, mlir::Value, mlir::Type, int) override {}
  /// The sums of each of `partials` over the lanes of a row, the same bits in all of these. All
  /// lanes of the work group must get here; they meet once.
  virtual Values sumOverLanes(mlir::ValueRange partials, const GpuShape &shape) = 0;
  /// 1 / sqrt(x) of a scalar, to two units in the last place.
  virtual mlir::Value reciprocalRoot(mlir::Value x) = 0;

  /// Binds the function's arguments: the buffers of the signature, then the scalars.
  void bind(const KernelSignature &signature, mlir::ValueRange arguments);
};

/// Emits the body of the kernel.
void emitGpuRows(GpuKernelBuilder &k, const RowGroup &rows, const GpuShape &shape);

} // namespace tenon
