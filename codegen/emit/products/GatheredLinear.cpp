// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of products with gathered weights (D, N, K): y (M, A, N), each row with the
// part of the weight that its index names, read where it lies; then the epilogue. Sums are those of
// DotTile, so their bits do not depend on which rows go together. Threads share the columns N.
#include "DotTile.h"
#include "Families.h"
#include "Gathered.h"
#include "rows/Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

// Columns whose sums wait together for a long chain, which then gets whole vectors of them; and
// rows of them: as in DotLinear.cpp.
static constexpr int64_t waitingColumns = 48, waitingRows = 128;

namespace {
class GatheredKernel {
public:
  GatheredKernel(GroupOp group, CpuKernelBuilder &k)
      : k(k), op(*group.getBody().front().getOps<GatheredLinearOp>().begin()),
        gathered(k, op.getIds(), op.getShape()),
        dots(Factors{k, k.base(op.getX()), k.base(op.getWeight()), gathered.shape.depth,
                     cast<RankedTensorType>(op.getX().getType()).getElementType().isBF16()},
             /*isRun=*/false),
        chain(elementwiseOps(group)), waits(llvm::any_of(chain, isLong)) {}

  void emit() {
    // A token's own indices differ, so there is nothing to sort.
    Value isOne = k.less(gathered.count, k.index(gathered.shape.active + 1));
    if (waits)
      waiting = k.own(dots.cachedRows(waitingRows) * waitingColumns, k.b.getF32Type());
    k.ifElse(
        isOne, [&] { k.stage([&] { emitToken(); }); },
        [&] {
          gathered.sort();
          k.stage([&] {
            gathered.forParts([&](Value part, Value from, Value to) { emitPart(part, from, to); });
          });
        });
  }

private:
  /// All rows of one token, one after the other.
  void emitToken() {
    k.loop(k.index(0), gathered.count, 1, [&](Value row) {
      Value part = gathered.order.rowOf(row), next = k.add(row, 1);
      auto rowAt = [](Value place) { return place; };
      forColumns(row, next, rowAt, [&](Value column, Value stop) {
        k.loop(column, stop, 1, [&](Value c) { emitTile(part, rowAt, row, 1, c, 1); });
      });
    });
  }

  /// The rows at the places [from, to) of the sorted list.
  void emitPart(Value part, Value from, Value to) {
    auto rowAt = [this](Value place) { return gathered.order.token(place); };
    int64_t most = dots.cachedRows(waits ? waitingRows : INT64_MAX);
    k.loop(from, to, most, [&](Value first) {
      Value last = k.min(k.add(first, most), to);
      forColumns(first, last, rowAt, [&](Value column, Value stop) {
        unsigned block = dots.columns();
        Value blocksEnd = k.add(column, k.mul(k.div(k.sub(stop, column), block), block));
        k.loop(column, blocksEnd, block, [&](Value c) { emitRows(part, first, last, c, block); });
        k.loop(blocksEnd, stop, 1, [&](Value c) { emitRows(part, first, last, c, 1); });
      });
    });
  }

  using RowAt = llvm::function_ref<Value(Value)>;

  /// This thread's columns: `sums` works out those of [column, stop) for the places [first, last).
  void forColumns(Value first, Value last, RowAt rowAt,
                  llvm::function_ref<void(Value column, Value stop)> sums) {
    int64_t columns = gathered.shape.columns;
    auto [begin, end] =
        k.share(k.index(waits ? llvm::divideCeil(columns, waitingColumns) : columns));
    if (!waits)
      return sums(begin, end);
    k.loop(begin, end, 1, [&](Value group) {
      Value column = k.mul(group, waitingColumns);
      Value stop = k.min(k.add(column, waitingColumns), k.index(columns));
      waitingPlace = first, waitingColumn = column;
      sums(column, stop);
      k.loop(first, last, 1, [&](Value place) { finishRow(place, rowAt(place), column, stop); });
    });
  }

  /// Of the sorted rows at [first, last) some columns.
  void emitRows(Value part, Value first, Value last, Value column, unsigned block) {
    auto rowAt = [this](Value place) { return gathered.order.token(place); };
    unsigned full = dots.rows();
    Value done = k.add(first, k.mul(k.div(k.sub(last, first), full), full));
    k.loop(first, done, full,
           [&](Value place) { emitTile(part, rowAt, place, full, column, block); });
    k.loop(done, last, 1, [&](Value place) { emitTile(part, rowAt, place, 1, column, block); });
  }

  void emitTile(Value part, RowAt rowAt, Value place, unsigned rows, Value column, unsigned block) {
    SmallVector<Value> numbers, rowStarts, columnStarts;
    for (unsigned i = 0; i < rows; ++i) {
      numbers.push_back(rowAt(k.add(place, i)));
      rowStarts.push_back(gathered.startOfX(numbers.back()));
    }
    Value start = gathered.startOf(part);
    for (unsigned j = 0; j < block; ++j)
      columnStarts.push_back(k.add(start, k.mul(k.add(column, j), gathered.shape.depth)));
    dots.emit(rowStarts, columnStarts, /*neighbours=*/true,
              [&](Value sums, unsigned i, unsigned j) {
                if (!waits)
                  return finish(sums, numbers[i], k.add(column, j));
                Value at = k.mul(k.sub(k.add(place, i), waitingPlace), waitingColumns);
                k.store(sums, waiting, k.add(at, k.sub(k.add(column, j), waitingColumn)));
              });
  }

  /// What waits of a row, from `column` on, through the chain.
  void finishRow(Value place, Value row, Value column, Value stop) {
    int64_t lanes = k.target.lanes;
    Value count = k.sub(stop, column), whole = k.mul(k.div(count, lanes), lanes);
    auto piece = [&](Value offset, unsigned lanes) {
      Value from = k.add(k.mul(k.sub(place, waitingPlace), waitingColumns), offset);
      finish(k.load(waiting, from, k.b.getF32Type(), lanes), row, k.add(column, offset));
    };
    k.loop(k.index(0), whole, lanes, [&](Value offset) { piece(offset, lanes); });
    k.loop(whole, count, 1, [&](Value offset) { piece(offset, 1); });
  }

  void finish(Value value, Value row, Value column) {
    storeChain(k, chain, op.getResult(), value, row, column, gathered.shape.made);
  }

  CpuKernelBuilder &k;
  GatheredLinearOp op;
  GatheredRows gathered;
  DotTile dots;
  SmallVector<Operation *> chain;
  bool waits;
  Value waiting; // [places][waitingColumns] from waitingPlace and waitingColumn on; null: none wait
  Value waitingPlace, waitingColumn;
};
} // namespace

void emitGatheredLinear(GroupOp group, CpuKernelBuilder &k) { GatheredKernel(group, k).emit(); }

} // namespace tenon
