// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of matrix products with row-major transposed weights (N, K), as PyTorch stores
// them; one that is also the token table is kept once, as the table. Each output is a dot
// product: 16 partial sums over K in order (for bf16 a register of pairs), the rest of K as a
// zero-filled vector, then one fixed tree. Threads share the columns N.
#include "DotTile.h"
#include "Families.h"
#include "kernel/Bf16.h"
#include "rows/Elementwise.h"

using namespace mlir;

namespace tenon {

// Columns whose sums wait together for a long chain, which then gets whole vectors of them: whole
// blocks and vectors of every target, so that dropout finds its columns in fours. And rows of them.
static constexpr int64_t waitingColumns = 48, waitingRows = 128;

namespace {
struct DotKernel : Product {
  DotKernel(GroupOp group, CpuKernelBuilder &k) : Product(group, k), dots(*this) {}

  void emit() {
    Value rows = Product::rows();
    bool waits = llvm::any_of(chain, isLong);
    auto [begin, end] =
        k.share(k.index(waits ? llvm::divideCeil(columns, waitingColumns) : columns));
    if (waits)
      waiting = k.own(dots.cachedRows(waitingRows) * waitingColumns, k.b.getF32Type());
    for (unsigned few = 1; few < dots.rows(); ++few)
      k.ifThen(k.less(k.index(few - 1), rows), [&] {
        k.ifThen(k.less(rows, k.index(few + 1)),
                 [&] { waits ? emitFewWaiting(begin, end, few) : emitFew(begin, end, few); });
      });
    k.ifThen(k.less(k.index(dots.rows() - 1), rows),
             [&] { waits ? emitManyWaiting(begin, end, rows) : emitMany(begin, end, rows); });
  }

private:
  void emitFewWaiting(Value begin, Value end, unsigned rows) {
    Value first = k.index(0);
    forGroups(begin, end, first, k.index(rows), [&](Value column, Value stop) {
      k.loop(column, stop, 1, [&](Value c) { emitTile(first, rows, c); });
    });
  }

  void emitManyWaiting(Value begin, Value end, Value rows) {
    unsigned block = dots.columns();
    int64_t most = dots.cachedRows(waitingRows);
    k.loop(k.index(0), rows, most, [&](Value first) {
      Value last = k.min(k.add(first, most), rows);
      forGroups(begin, end, first, last, [&](Value column, Value stop) {
        Value blocksEnd = k.add(column, k.mul(k.div(k.sub(stop, column), block), block));
        k.loop(column, blocksEnd, block, [&](Value c) { emitColumns(c, first, last, block); });
        k.loop(blocksEnd, stop, 1, [&](Value c) { emitColumns(c, first, last, 1); });
      });
    });
  }

  /// For groups [begin, end): `sums` puts aside the sums of rows [first, last) of columns
  /// [column, stop), then they go through the chain, row by row.
  void forGroups(Value begin, Value end, Value first, Value last,
                 llvm::function_ref<void(Value column, Value stop)> sums) {
    k.loop(begin, end, 1, [&](Value group) {
      Value column = k.mul(group, waitingColumns);
      Value stop = k.min(k.add(column, waitingColumns), k.index(columns));
      waitingRow = first, waitingColumn = column;
      sums(column, stop);
      k.loop(first, last, 1, [&](Value row) { finishRow(row, column, stop); });
    });
  }

  /// What waits of a row, from `column` on, through the chain.
  void finishRow(Value row, Value column, Value stop) {
    int64_t lanes = k.target.lanes;
    Value count = k.sub(stop, column), whole = k.mul(k.div(count, lanes), lanes);
    auto piece = [&](Value offset, unsigned lanes) {
      Value from = k.add(k.mul(k.sub(row, waitingRow), waitingColumns), offset);
      Product::finish(k.load(waiting, from, k.b.getF32Type(), lanes), row, k.add(column, offset));
    };
    k.loop(k.index(0), whole, lanes, [&](Value offset) { piece(offset, lanes); });
    k.loop(whole, count, 1, [&](Value offset) { piece(offset, 1); });
  }

  /// Ends sums, or puts them aside for the chain.
  void finish(Value value, Value row, Value column) {
    if (!waiting)
      return Product::finish(value, row, column);
    Value to = k.add(k.mul(k.sub(row, waitingRow), waitingColumns), k.sub(column, waitingColumn));
    k.store(value, waiting, to);
  }

  /// The table is read as two streams, the halves of the thread's share: GPT-2's table, a loop for
  /// this question, one thread of a Zen 4, beside one stream: f32 1.03, bf16 1.08; neighbouring
  /// columns in turn: 0.45.
  void emitFew(Value begin, Value end, unsigned rows) {
    Value half = k.div(k.sub(end, begin), 2), middle = k.add(begin, half);
    k.loop(begin, middle, 1, [&](Value column) {
      emitTile(k.index(0), rows, {column, k.add(column, half)}, /*neighbours=*/false);
    });
    k.loop(k.add(middle, half), end, 1, [&](Value column) { emitTile(k.index(0), rows, column); });
  }

  /// Enough rows that blocks of columns pay: the table is read from the caches for most of them.
  /// Only so many rows at a time that they stay in the second-level cache.
  void emitMany(Value begin, Value end, Value rows) {
    unsigned block = dots.columns();
    int64_t most = dots.cachedRows(INT64_MAX);
    Value blocksEnd = k.add(begin, k.mul(k.div(k.sub(end, begin), block), block));
    k.loop(k.index(0), rows, most, [&](Value first) {
      Value last = k.min(k.add(first, most), rows);
      k.loop(begin, blocksEnd, block,
             [&](Value column) { emitColumns(column, first, last, block); });
      k.loop(blocksEnd, end, 1, [&](Value column) { emitColumns(column, first, last, 1); });
    });
  }

  /// Rows [first, last) of some columns.
  void emitColumns(Value column, Value first, Value last, unsigned block) {
    unsigned full = dots.rows();
    Value done = k.add(first, k.mul(k.div(k.sub(last, first), full), full));
    k.loop(first, done, full, [&](Value row) {
      if (block > 1)
        prefetch(row, column, first, done, block);
      emitTile(row, full, columnsFrom(column, block));
    });
    k.loop(done, last, 1, [&](Value row) { emitTile(row, 1, columnsFrom(column, block)); });
  }

  /// Brings nearer what the hardware cannot foresee: the table's next block of columns, of which
  /// each tile of rows fetches its part, and the places of the next tile's results.
  /// Together worth 3 (f32) and 5 (bf16) % of peak for GPT-2's head with 256 rows.
  void prefetch(Value row, Value column, Value first, Value end, unsigned block) {
    unsigned full = dots.rows();
    int64_t lineElements = 64 / dots.elementBytes();
    int64_t lines = llvm::divideCeil(block * depth, lineElements);
    Value tile = k.div(k.sub(row, first), full), tiles = k.div(k.sub(end, first), full);
    Value each = k.div(k.add(tiles, lines - 1), tiles); // the part of a tile, rounded up
    Value begin = k.mul(tile, each), stop = k.min(k.add(begin, each), k.index(lines));
    Value next =
        k.mul(k.min(k.add(column, block), k.index(std::max<int64_t>(columns - block, 0))), depth);
    k.loop(begin, stop, 1, [&](Value line) {
      k.prefetch(weight, k.add(next, k.mul(line, lineElements)), dots.element());
    });
    Value last = k.sub(end, k.index(1));
    for (Value result : k.group.getResults())
      for (unsigned i = full; i < 2 * full; ++i)
        k.prefetch(k.base(result), k.add(k.mul(k.min(k.add(row, i), last), columns), column),
                   storedType(getElementTypeOrSelf(result.getType())));
  }

  SmallVector<Value> columnsFrom(Value column, unsigned count) {
    SmallVector<Value> run;
    for (unsigned j = 0; j < count; ++j)
      run.push_back(k.add(column, j));
    return run;
  }

  void emitTile(Value row, unsigned rows, ArrayRef<Value> ofColumns, bool neighbours = true) {
    SmallVector<Value> rowStarts, columnStarts;
    for (unsigned i = 0; i < rows; ++i)
      rowStarts.push_back(k.mul(k.add(row, i), depth));
    for (Value column : ofColumns)
      columnStarts.push_back(k.mul(column, depth));
    dots.emit(rowStarts, columnStarts, neighbours, [&](Value sums, unsigned i, unsigned j) {
      finish(sums, k.add(row, i), ofColumns[j]);
    });
  }

  DotTile dots;
  Value waiting; // [rows][waitingColumns] from waitingRow and waitingColumn on; null: none wait
  Value waitingRow, waitingColumn;
};
} // namespace

void emitDotLinear(GroupOp group, CpuKernelBuilder &k) { DotKernel(group, k).emit(); }

} // namespace tenon
