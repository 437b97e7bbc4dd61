// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of a group of kind embedding or norm: what an element of a row is, for any target. The CPU
// and the GPU kernels differ only in who computes which columns; both read the group's body through
// this.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// The row of x that is row `row` of its last token: for x (B, T, i..., C) the result is (B, i...,
/// C).
mlir::Value lastTokenRow(KernelBuilder &k, LastTokenOp op, mlir::Value row);

/// What a group computes a row at a time: elementwise sums of gathered and captured rows, with
/// dropout where they train, and at most one layer norm of such a sum.
struct RowGroup {
  GroupOp group;
  LayerNormOp norm;            // null where the group has none
  mlir::RankedTensorType type; // of every result: (..., C)
  mlir::Value row;             // the normalised value; without a norm the one that is yielded
  llvm::SmallVector<unsigned> rowResults, normResults; // the group's results that hold them,
                                                       // as they are or narrowed by a cast
  int64_t columns = 0;                                 // C

  /// Reads a group; where a kernel by rows cannot compute it, fails and says why in `refusal`.
  static mlir::FailureOr<RowGroup> of(GroupOp group, std::string &refusal);
};

/// The row of one index: where the rows of its operands lie, fixed once, then read by column.
///
/// An id outside of its table reads row 0 instead, and every bit of what was read is set, which
/// makes the row NaN: no branch, nothing outside the table is touched, and the mistake shows in the
/// result.
class Row {
public:
  /// `index` counts the rows of the result, b*T + t.
  Row(KernelBuilder &k, const RowGroup &rows, mlir::Value index);

  /// `lanes` elements of the row from `column` on. Where an id is outside of its table they are
  /// NaN if `guarded`, else those of another row of it.
  mlir::Value at(mlir::Value column, unsigned lanes, bool guarded = true);
  /// x, or NaN where an id of the row is outside of its table: cheaper than guarding each element
  /// where all that becomes of them passes through x.
  mlir::Value guard(mlir::Value x);
  /// Brings the elements at `column` nearer that the hardware cannot foresee: those of tables by
  /// id.
  void prefetch(mlir::Value column);
  /// Whether there are such.
  bool isScattered() const;
  /// Whether the row lies in memory as it is, so that reading it again costs nothing more.
  bool isInMemory() const;

private:
  struct Place {
    mlir::Value base, start; // elements
    mlir::Value poison;      // i32: all ones where the id is outside, else 0; null: cannot be
    bool scattered;          // by ids from memory
    mlir::Type element;      // bf16 is widened
  };
  void locate(mlir::Value value);
  void locateGather(EmbeddingOp op);
  mlir::Value rowOf(mlir::RankedTensorType type, unsigned inner);
  mlir::Value read(mlir::Value value, mlir::Value column, unsigned lanes, bool guarded);
  mlir::Value orBits(mlir::Value x, mlir::Value bits);

  KernelBuilder &k;
  const RowGroup &rows;
  mlir::Value index;
  llvm::MapVector<mlir::Value, Place> places;
  llvm::DenseMap<mlir::Operation *, mlir::Value> droppedRows; // of training_dropout: its x's row
};

} // namespace tenon
