// Embedding on CPUs: gathered rows, their sum and its layer norm in one pass over memory.
#include "Families.h"
#include "Norm.h"
#include "Rows.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {

// Rows between a prefetch and its use. From 1 to 8 the times lie within the noise of each other;
// none costs a tenth, and a whole row at once (instead of spread over the row at hand) as much.
static constexpr int64_t prefetchRows = 4;

// From so many bytes of results on, stores bypass the caches: such results would have left the last
// cache before anybody reads them, and a normal store reads the line that it overwrites. Smaller
// results stay in cache for the kernel that follows. The bits stored are the same either way.
static constexpr int64_t streamedBytes = 16 << 20;

// A row larger than this (in elements) is read from its sources again, not from the stack.
static constexpr int64_t stackElements = 16384;

static constexpr int64_t lineElements = 16; // 64 bytes

// Rows that are normalised side by side: while one waits for its sums, the other goes on, and
// weight and bias are loaded once for both.
static constexpr unsigned rowsAtOnce = 2;

namespace {
class RowsEmitter {
public:
  RowsEmitter(CpuKernelBuilder &k, const RowGroup &rows) : k(k), rows(rows) {}

  void emit() {
    if (rows.norm && rows.columns <= stackElements)
      kept = k.stack(rowsAtOnce * rows.columns, k.b.getF32Type());
    std::tie(begin, end) = k.share(k.rows(rows.type));
    // Rows that do not fill whole lines would be written in parts.
    if (rows.columns % lineElements != 0)
      return emitShare(/*nontemporal=*/false);
    int64_t rowBytes = 4 * rows.columns * (rows.rowResults.size() + rows.normResults.size());
    Value large = k.less(k.index(streamedBytes / rowBytes), k.rows(rows.type));
    auto choice = scf::IfOp::create(k.b, k.loc, large, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPoint(choice.thenBlock()->getTerminator());
    emitShare(/*nontemporal=*/true);
    k.storeFence();
    k.b.setInsertionPoint(choice.elseBlock()->getTerminator());
    emitShare(/*nontemporal=*/false);
  }

private:
  void emitShare(bool nontemporalStores) {
    nontemporal = nontemporalStores;
    if (!rows.norm)
      return k.loop(begin, end, 1, [&](Value index) { emitSum(index); });
    Value whole = k.mul(k.div(k.sub(end, begin), rowsAtOnce), rowsAtOnce);
    Value middle = k.add(begin, whole);
    k.loop(begin, middle, rowsAtOnce, [&](Value index) { emitNormalised(index, rowsAtOnce); });
    k.loop(middle, end, 1, [&](Value index) { emitNormalised(index, 1); });
  }

  /// The rows at `index` and what lies ahead of them.
  struct Block {
    std::vector<Row> here, ahead;
    SmallVector<Value> starts; // of the rows of the results
  };
  Block locate(Value index, unsigned count) {
    Block block;
    for (unsigned i = 0; i < count; ++i) {
      Value own = k.add(index, i);
      block.here.emplace_back(k, rows, own);
      block.starts.push_back(k.mul(own, rows.columns));
      if (block.here.back().isScattered())
        block.ahead.emplace_back(k, rows, k.min(k.add(own, prefetchRows), k.sub(end, k.index(1))));
    }
    return block;
  }

  /// Prefetches the lines of a run of columns that are pass `pass` of `passes`' share: a pass that
  /// only computes leaves memory idle otherwise.
  void prefetch(Block &block, unsigned pass, unsigned passes, Value column, int64_t extent) {
    int64_t lines = llvm::divideCeil(extent, lineElements);
    for (int64_t line = 0; line < lines; ++line)
      if (line * passes / lines == pass)
        for (Row &row : block.ahead)
          row.prefetch(k.add(column, line * lineElements));
  }

  void store(Value x, Value start, Value column, ArrayRef<unsigned> results) {
    for (unsigned result : results)
      k.store(x, k.resultBase(result), k.add(start, column), nontemporal);
  }

  void emitSum(Value index) {
    Block block = locate(index, 1);
    forColumns(
        k, rows.columns,
        [&](Value column, int64_t extent) { prefetch(block, 0, 1, column, extent); },
        [&](Value column, unsigned lanes) {
          store(block.here[0].at(column, lanes), block.starts[0], column, rows.rowResults);
        });
  }

  void emitNormalised(Value index, unsigned count) {
    constexpr unsigned passes = 3;
    Block block = locate(index, count);
    bool keeps = kept && !block.here[0].isInMemory();
    auto placeKept = [&](unsigned row, Value column) { return k.add(column, row * rows.columns); };
    auto first = [&](unsigned row, Value column, unsigned lanes) {
      Value x = block.here[row].at(column, lanes);
      store(x, block.starts[row], column, rows.rowResults);
      if (keeps)
        k.store(x, kept, placeKept(row, column));
      return x;
    };
    auto again = [&](unsigned row, Value column, unsigned lanes) {
      return keeps ? k.load(kept, placeKept(row, column), k.b.getF32Type(), lanes)
                   : block.here[row].at(column, lanes);
    };
    auto ahead = [&](unsigned pass, Value column, int64_t extent) {
      prefetch(block, pass, passes, column, extent);
    };
    LayerNormOp norm = rows.norm;
    SmallVector<RowStatistics> statistics = rowStatistics(
        k, count, rows.columns, norm.getEpsilon().convertToDouble(), first, again, ahead);
    forColumns(
        k, rows.columns, [&](Value column, int64_t extent) { ahead(2, column, extent); },
        [&](Value column, unsigned lanes) {
          for (unsigned row = 0; row < count; ++row) {
            Value y = normalise(k, norm, statistics[row], again(row, column, lanes), column);
            store(y, block.starts[row], column, rows.normResults);
          }
        });
  }

  CpuKernelBuilder &k;
  const RowGroup &rows;
  Value begin, end; // this thread's rows
  Value kept;       // the rows at hand, on the stack
  bool nontemporal = false;
};
} // namespace

LogicalResult emitEmbedding(GroupOp group, CpuKernelBuilder &k) {
  std::string refusal;
  FailureOr<RowGroup> rows = RowGroup::of(group, refusal);
  if (failed(rows))
    return group.emitError(refusal);
  RowsEmitter(k, *rows).emit();
  return success();
}

} // namespace tenon
