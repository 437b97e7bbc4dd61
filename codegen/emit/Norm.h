// Layer norm of one row, for the kernels that compute rows: Norm.cpp, Embedding.cpp, and on GPUs.
#pragma once
#include "Kernel.h"

namespace tenon {

/// What a row is normalised by, both f32.
struct RowStatistics {
  mlir::Value mean;
  mlir::Value scale; // 1 / sqrt(variance + epsilon)
};

/// Runs over the columns 0 .. count-1 by vectors: `block` at the start of every run of at most four
/// vectors with its extent, `vector` for each vector, at the end for pieces of powers of two.
void forColumns(KernelBuilder &k, int64_t count,
                llvm::function_ref<void(mlir::Value column, int64_t extent)> block,
                llvm::function_ref<void(mlir::Value column, unsigned lanes)> vector);

/// The elements of row number `row` at a column.
using RowElements =
    llvm::function_ref<mlir::Value(unsigned row, mlir::Value column, unsigned lanes)>;

/// The statistics of `rows` rows side by side, so that the latencies of one hide behind the other.
/// Two passes, over `first` and `again`; the second subtracts the mean before it squares, so
/// nothing cancels. The order of each row's sums follows from `count` and the vector width alone.
/// `block` as in forColumns, with the number of the pass, 0 or 1.
llvm::SmallVector<RowStatistics>
rowStatistics(KernelBuilder &k, unsigned rows, int64_t count, double epsilon, RowElements first,
              RowElements again,
              llvm::function_ref<void(unsigned pass, mlir::Value column, int64_t extent)> block);

/// (x - mean) * scale * weight + bias, for elements x of the row at `column`.
mlir::Value normalise(KernelBuilder &k, LayerNormOp norm, const RowStatistics &statistics,
                      mlir::Value x, mlir::Value column);

} // namespace tenon
