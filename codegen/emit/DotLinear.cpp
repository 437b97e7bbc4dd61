// The kernel family of matrix products with row-major transposed weights (N, K): the tied head,
// whose weight is also the token table and so is kept once, as the table. Each output is a dot
// product: `lanes` partial sums over K in order (of pairs, for bf16), the rest of K as a
// zero-filled vector, then one fixed tree. Threads share the columns N.
#include "Bf16.h"
#include "Families.h"
#include "Gemm.h"
#include "Product.h"

using namespace mlir;

namespace tenon {

namespace {
struct DotKernel : Product {
  DotKernel(GroupOp group, CpuKernelBuilder &k) : Product(group, k), lanes(k.target.lanes) {}

  void emit() {
    Value rows = k.rows(type);
    auto [begin, end] = k.share(k.index(columns));
    for (unsigned few = 1; few < k.target.dotRows; ++few)
      k.ifThen(k.less(k.index(few - 1), rows), [&] {
        k.ifThen(k.less(rows, k.index(few + 1)), [&] { emitFew(begin, end, few); });
      });
    k.ifThen(k.less(k.index(k.target.dotRows - 1), rows), [&] { emitMany(begin, end, rows); });
  }

private:
  /// The table is read as one stream: a block would read its columns in turn, which halves the rate
  /// of memory.
  void emitFew(Value begin, Value end, unsigned rows) {
    k.loop(begin, end, 1, [&](Value column) { emitTile(k.index(0), column, rows, 1); });
  }

  /// Enough rows that blocks of columns pay: the table is read from the caches for most of them.
  void emitMany(Value begin, Value end, Value rows) {
    unsigned block = k.target.dotColumns;
    Value blocksEnd = k.add(begin, k.mul(k.div(k.sub(end, begin), block), block));
    k.loop(begin, blocksEnd, block, [&](Value column) { emitColumns(column, rows, block); });
    k.loop(blocksEnd, end, 1, [&](Value column) { emitColumns(column, rows, 1); });
  }

  void emitColumns(Value column, Value rows, unsigned block) {
    unsigned full = k.target.dotRows;
    Value done = k.mul(k.div(rows, full), full);
    k.loop(k.index(0), done, full, [&](Value row) { emitTile(row, column, full, block); });
    k.loop(done, rows, 1, [&](Value row) { emitTile(row, column, 1, block); });
  }

  /// `lanes` lanes at element `index`, of which the first `valid` elements are read and the rest
  /// are zero.
  Value loadLanes(Value base, Value index, int64_t valid) {
    if (bf16)
      return loadPairs(k, base, index, lanes, valid);
    return tenon::loadPadded(k, base, index, valid);
  }

  KernelBuilder::Values accumulate(ArrayRef<Value> rowStarts, ArrayRef<Value> columnStarts, Value d,
                                   int64_t valid, ValueRange sums) {
    KernelBuilder::Values next(sums), weights;
    for (Value start : columnStarts)
      weights.push_back(loadLanes(weight, k.add(start, d), valid));
    for (unsigned i = 0; i < rowStarts.size(); ++i) {
      Value a = loadLanes(x, k.add(rowStarts[i], d), valid);
      for (unsigned j = 0; j < weights.size(); ++j) {
        Value &sum = next[i * weights.size() + j];
        for (unsigned half = 0; half < parts(); ++half)
          sum = multiply(part(a, half), part(weights[j], half), sum);
      }
    }
    return next;
  }

  void emitTile(Value row, Value column, unsigned rows, unsigned block) {
    SmallVector<Value> rowStarts, columnStarts;
    for (unsigned i = 0; i < rows; ++i)
      rowStarts.push_back(k.mul(k.add(row, i), depth));
    for (unsigned j = 0; j < block; ++j)
      columnStarts.push_back(k.mul(k.add(column, j), depth));
    int64_t step = lanes * group(); // elements of K that one vector holds
    int64_t whole = depth - depth % step;
    KernelBuilder::Values sums(rows * block, k.splat(0.0, lanes));
    if (whole > 0)
      sums =
          k.loop(k.index(0), k.index(whole), k.index(step), sums, [&](Value d, ValueRange carried) {
            return accumulate(rowStarts, columnStarts, d, step, carried);
          });
    if (whole < depth)
      sums = accumulate(rowStarts, columnStarts, k.index(whole), depth - whole, sums);
    for (unsigned i = 0; i < rows; ++i)
      for (unsigned j = 0; j < block; ++j)
        finish(k.reduceAdd(sums[i * block + j]), k.add(row, i), k.add(column, j));
  }

  unsigned lanes;
};
} // namespace

LogicalResult emitDotLinear(GroupOp group, CpuKernelBuilder &k) {
  DotKernel(group, k).emit();
  return success();
}

} // namespace tenon
