// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a kernel by rows goes over its rows: once, and once more for each reduction that others wait
// for.
#pragma once
#include "Tenon.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <set>
#include <tuple>
#include <vector>

namespace tenon {

/// A group of kind rows, of whose operations each makes either elements, one for each column of a
/// row, or numbers, one for each row. Where parts of rows are rows themselves, by slice and join,
/// rows of several widths stand side by side.
struct RowPasses {
  explicit RowPasses(GroupOp group);

  GroupOp group;
  llvm::ArrayRef<mlir::StringAttr> outer; // the dimensions of the numbers

  /// Elements of a row from number `begin` on, each `step` behind the one before.
  struct Place {
    int64_t begin, step = 1;
  };
  /// `columns` times `turns` elements from each of `begins` on. What is made of those of one turn,
  /// at {begin + turn, step}, are the same operations on the same parts of other rows, from the
  /// first to the last one. Sections of one form go side by side, so that what they share is made
  /// once. Mostly there is one turn and a step of 1; where parts take turns in rows, there are as
  /// many; what is left over behind whole turns are sections of one element.
  struct Sections {
    int64_t columns, turns, step;
    llvm::SmallVector<int64_t> begins;
  };
  /// What a pass does with rows of one width.
  struct Strip {
    int64_t columns;
    llvm::SmallVector<ReduceOp> reductions;
    llvm::SmallVector<mlir::Value> stored; // elements that the group yields
    llvm::SmallVector<Sections> sections;
  };
  struct Pass {
    std::vector<Strip> strips;
    llvm::SetVector<mlir::Value> numbers;    // that it needs
    llvm::SetVector<mlir::Value> reads;      // elements in memory that it needs
    llvm::SetVector<mlir::Operation *> made; // what makes elements in it
    bool isLong = false;                     // needs registers beside its operands, see isLong
  };
  std::vector<Pass> passes;
  /// Elements that are kept for a later pass, rather than made again, by the pass that makes them.
  llvm::MapVector<mlir::Value, unsigned> kept;

  bool isMade(mlir::Value value) const; // by an operation of the group
  bool isElement(mlir::Value value) const;
  /// The columns of an element's row: mostly of its last dimension, of all behind the outer ones
  /// where a view reads or makes such rows.
  int64_t columnsOf(mlir::Value value) const;
  /// Of which part of a join an element at a place is, and at which place of that; null for none.
  /// Either the join's parts stand side by side or their number divides the step.
  static std::pair<mlir::Value, Place> partAt(JoinOp join, Place place);
  /// Where the outer dimensions of an operand stand among `outer`.
  llvm::SmallVector<unsigned> outerPlaces(mlir::Value operand) const;
  /// The product of which `reduce` alone needs the elements; null where it sums something else.
  ElementwiseOp summedProduct(ReduceOp reduce) const;

private:
  unsigned rowRankOf(mlir::Value value) const;
  mlir::RankedTensorType longestType();
  void findRowDims();
  void findLevels();
  Strip &stripOf(unsigned pass, mlir::Value value);
  void need(mlir::Value value, unsigned pass, bool isWhole);
  void findCuts(mlir::Operation &op);
  int64_t turnsOf(mlir::Value value, Place place);
  void cutIntoSections(Strip &strip);

  llvm::SmallSetVector<mlir::StringAttr, 4> rowDims;    // the last dimensions of elements
  llvm::DenseMap<mlir::Value, unsigned> levels, madeIn; // by pass
  llvm::DenseSet<mlir::Value> costly; // elements that take more than a store and a load to make
  llvm::DenseMap<mlir::Value, std::set<int64_t>> cuts; // columns where other operations begin
  std::set<std::tuple<mlir::Operation *, unsigned, bool>> needed;           // seen by `need`
  llvm::DenseMap<std::tuple<mlir::Value, int64_t, int64_t>, int64_t> turns; // known to `turnsOf`
};

} // namespace tenon
