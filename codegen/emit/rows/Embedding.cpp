// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Embedding on CPUs: gathered rows, their sum and its layer norm in one pass over memory.
#include "Families.h"
#include "Norm.h"
#include "Rows.h"
#include "kernel/Bf16.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {

// Rows that are worked on side by side: so many more reads are under way, page walks among them,
// and weight and bias are loaded once for all. And rows between a prefetch and its use. Measured on
// a 2-core Zen 4, 8x1024x768 cold, CPU time of the sum: 1 row 1.75 ms, 2 rows 1.53, 4 rows 1.28, 8
// rows 1.40, and 1.10 with 4 rows where the prefetch goes to the second-level cache only. With the
// layer norm, 1.35 ms with 4 rows and 1.5 with 2. Distances of 4 to 16 rows differ by less than the
// noise.
static constexpr unsigned mostRowsAtOnce = 4;
static constexpr int64_t prefetchRows = 4;

// With dropout arithmetic counts as much as memory, and its code is long.
static constexpr unsigned droppedRowsAtOnce = 2;

// From so many bytes of results on, stores bypass the caches: such results would have left the last
// cache before anybody reads them, and a normal store reads the line that it overwrites. Smaller
// results stay in cache for the kernel that follows. The bits stored are the same either way.
static constexpr int64_t streamedBytes = 16 << 20;

// A row larger than this (in elements) is read from its sources again, not kept.
static constexpr int64_t keptElements = 8192;

static constexpr int64_t lineElements = 16; // of f32: 64 bytes

namespace {
class RowsEmitter {
public:
  RowsEmitter(CpuKernelBuilder &k, const RowGroup &rows) : k(k), rows(rows) {
    GroupOp group = rows.group;
    bool drops = !group.getBody().front().getOps<TrainingDropoutOp>().empty();
    rowsAtOnce = drops ? droppedRowsAtOnce : mostRowsAtOnce;
    if (rows.norm)
      rowsAtOnce = k.target.rowsBeside(rowsAtOnce);
  }

  void emit() {
    if (rows.norm && rows.columns <= keptElements && !Row(k, rows, k.index(0)).isInMemory())
      kept = k.own(rowsAtOnce * rows.columns, k.b.getF32Type());
    std::tie(begin, end) = k.share(k.rows(rows.type));
    // Rows that do not fill whole lines would be written in parts.
    if (rows.columns % lineElements != 0)
      return emitShare(/*nontemporal=*/false);
    int64_t rowBytes = 0;
    for (unsigned result = 0; result < rows.rowResults.size() + rows.normResults.size(); ++result)
      rowBytes += rows.columns * elementOf(result).getIntOrFloatBitWidth() / 8;
    Value large = k.less(k.index(streamedBytes / rowBytes), k.rows(rows.type));
    auto streamed = [&] {
      emitShare(/*nontemporal=*/true);
      k.storeFence();
    };
    k.ifElse(large, streamed, [&] { emitShare(/*nontemporal=*/false); });
  }

private:
  void emitShare(bool nontemporalStores) {
    nontemporal = nontemporalStores;
    Value whole = k.mul(k.div(k.sub(end, begin), rowsAtOnce), rowsAtOnce);
    Value middle = k.add(begin, whole);
    if (kept)
      k.ifThen(k.less(begin, middle), [&] { emitPipelined(middle); });
    else
      k.loop(begin, middle, rowsAtOnce, [&](Value index) { emitRows(index, rowsAtOnce); });
    k.loop(middle, end, 1, [&](Value index) { emitRows(index, 1); });
  }

  Type elementOf(unsigned result) const {
    GroupOp group = rows.group;
    return cast<RankedTensorType>(group.getResult(result).getType()).getElementType();
  }

  void emitRows(Value index, unsigned count) {
    Block block = locate(index, count);
    if (!rows.norm)
      return emitSums(block);
    SmallVector<RowStatistics> statistics = gather(block, /*before=*/nullptr, 2);
    if (kept)
      return emitNormalised(block, statistics);
    k.ifElse(
        areOrdinary(k, statistics), [&] { emitNormalised(block, statistics); },
        [&] {
          k.loop(index, k.add(index, count), 1, [&](Value own) {
            Row row(k, rows, own);
            RowStatistics found = ofAnyRow(row, [](unsigned, Value, Value, Value) {});
            forColumns(
                k, rows.columns, [](Value, int64_t) {},
                [&](Value column, unsigned lanes) {
                  Value centred = centre(k, found, row.at(column, lanes));
                  store(normalise(k, rows.norm, found, centred, column), k.mul(own, rows.columns),
                        column, rows.normResults);
                });
          });
        });
  }

  /// Whole blocks of rows: each block is normalised in the same loop over columns in which the next
  /// one is gathered, in its place of the thread's memory, so that memory reads and writes all the
  /// time.
  void emitPipelined(Value middle) {
    auto flat = [](ArrayRef<RowStatistics> statistics) {
      KernelBuilder::Values values;
      for (const RowStatistics &row : statistics)
        values.append({row.scale, row.offset});
      return values;
    };
    Block first = locate(begin, rowsAtOnce);
    KernelBuilder::Values last = k.loop(
        k.add(begin, rowsAtOnce), middle, k.index(rowsAtOnce), flat(gather(first, nullptr, 1)),
        [&](Value index, ValueRange carried) {
          Done before{locate(k.sub(index, k.index(rowsAtOnce)), rowsAtOnce), ofKept(carried)};
          Block block = locate(index, rowsAtOnce);
          return flat(gather(block, &before, 1));
        });
    Block block = locate(k.sub(middle, k.index(rowsAtOnce)), rowsAtOnce);
    emitNormalised(block, ofKept(last));
  }

  /// The statistics of rows of which x - shift is kept, from scale and offset of each.
  static SmallVector<RowStatistics> ofKept(ValueRange values) {
    SmallVector<RowStatistics> statistics;
    for (size_t i = 0; i < values.size(); i += 2)
      statistics.push_back(
          {.shift = {}, .scale = values[i], .offset = values[i + 1], .squares = {}});
    return statistics;
  }

  /// Rows side by side, and what lies ahead of them.
  struct Block {
    Value first; // index
    std::vector<Row> here, ahead;
    SmallVector<Value> starts; // of the rows of the results
  };
  Block locate(Value index, unsigned count) {
    Block block;
    block.first = index;
    for (unsigned i = 0; i < count; ++i) {
      Value own = k.add(index, i);
      block.here.emplace_back(k, rows, own);
      block.starts.push_back(k.mul(own, rows.columns));
      if (block.here.back().isScattered())
        block.ahead.emplace_back(k, rows, k.min(k.add(own, prefetchRows), k.sub(end, k.index(1))));
    }
    return block;
  }

  /// Brings the columns of the rows ahead nearer: of pass `pass` of `passes` over the rows at hand
  /// its share of them, so that memory works during all passes.
  void prefetch(Block &block, Value column, int64_t extent, unsigned pass = 0,
                unsigned passes = 1) {
    MutableArrayRef<Row> ahead(block.ahead);
    size_t first = ahead.size() * pass / passes, last = ahead.size() * (pass + 1) / passes;
    for (int64_t offset = 0; offset < extent; offset += lineElements)
      for (Row &row : ahead.slice(first, last - first))
        row.prefetch(k.add(column, offset));
  }

  void store(Value x, Value start, Value column, ArrayRef<unsigned> results) {
    for (unsigned result : results)
      storeF32As(k, elementOf(result), x, k.resultBase(result), k.add(start, column), nontemporal);
  }

  void emitSums(Block &block) {
    forColumns(
        k, rows.columns, [&](Value column, int64_t extent) { prefetch(block, column, extent); },
        [&](Value column, unsigned lanes) {
          for (auto [row, start] : llvm::zip(block.here, block.starts))
            store(row.at(column, lanes), start, column, rows.rowResults);
        });
  }

  /// Rows that are gathered, but not yet normalised.
  struct Done {
    Block block;
    SmallVector<RowStatistics> statistics;
  };

  Value keptAt(unsigned row, Value column) { return k.add(column, row * rows.columns); }

  double epsilon() {
    LayerNormOp norm = rows.norm;
    return norm.getEpsilon().convertToDouble();
  }

  using Keep = llvm::function_ref<void(unsigned, Value, Value, Value)>;
  RowStatistics ofAnyRow(Row &row, Keep keep) {
    auto elements = [&](unsigned, Value column, unsigned lanes) { return row.at(column, lanes); };
    auto guard = [](unsigned, Value shift) { return shift; };
    auto turn = [](Value, int64_t) {};
    return statisticsOfAnyRow(k, rows.columns, epsilon(), {elements, guard, keep, turn});
  }

  /// Gathers a block's kept rows once more where not all of them are ordinary.
  SmallVector<RowStatistics> mend(const Block &block, ArrayRef<RowStatistics> found) {
    Type f32 = k.b.getF32Type();
    if (!mended)
      mended = k.own(2 * rowsAtOnce, f32);
    SmallVector<Type> types(2 * found.size(), f32);
    auto choice =
        scf::IfOp::create(k.b, k.loc, types, areOrdinary(k, found), /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(k.b);
    SmallVector<Value> values;
    k.b.setInsertionPointToStart(choice.thenBlock());
    for (const RowStatistics &row : found)
      values.append({row.scale, row.offset});
    scf::YieldOp::create(k.b, k.loc, values);
    k.b.setInsertionPointToStart(choice.elseBlock());
    k.loop(k.index(0), k.index(found.size()), 1, [&](Value number) {
      Row row(k, rows, k.add(block.first, number));
      Value start = k.mul(number, rows.columns), at = k.mul(number, 2);
      RowStatistics own = ofAnyRow(row, [&](unsigned, Value column, Value, Value centred) {
        k.store(centred, kept, k.add(start, column));
      });
      k.store(own.scale, mended, at);
      k.store(own.offset, mended, k.add(at, 1));
    });
    values.clear();
    for (size_t i = 0; i < 2 * found.size(); ++i)
      values.push_back(k.load(mended, k.index(i), f32));
    scf::YieldOp::create(k.b, k.loc, values);
    return ofKept(choice.getResults());
  }

  void normaliseAt(const Block &block, ArrayRef<RowStatistics> statistics, unsigned row,
                   Value column, Value centred) {
    Value y = normalise(k, rows.norm, statistics[row], centred, column);
    store(y, block.starts[row], column, rows.normResults);
  }

  /// The pass over a block that computes its statistics, and normalises the block before. It is
  /// one of `passes` that prefetch.
  SmallVector<RowStatistics> gather(Block &block, const Done *before, unsigned passes) {
    auto elements = [&](unsigned row, Value column, unsigned lanes) {
      return block.here[row].at(column, lanes, /*guarded=*/!rows.rowResults.empty());
    };
    auto guard = [&](unsigned row, Value shift) { return block.here[row].guard(shift); };
    auto keep = [&](unsigned row, Value column, Value x, Value centred) {
      store(x, block.starts[row], column, rows.rowResults);
      if (before) {
        Value old = k.load(kept, keptAt(row, column), k.b.getF32Type(), lanesOf(x));
        normaliseAt(before->block, before->statistics, row, column, old);
      }
      if (kept)
        k.store(centred, kept, keptAt(row, column));
    };
    auto turn = [&](Value column, int64_t extent) { prefetch(block, column, extent, 0, passes); };
    SmallVector<RowStatistics> found = rowStatistics(
        k, block.here.size(), rows.columns, k.splat(epsilon(), 1), {elements, guard, keep, turn});
    return kept ? mend(block, found) : found;
  }

  void emitNormalised(Block &block, ArrayRef<RowStatistics> statistics) {
    forColumns(
        k, rows.columns,
        [&](Value column, int64_t extent) { prefetch(block, column, extent, 1, 2); },
        [&](Value column, unsigned lanes) {
          for (unsigned row = 0; row < block.here.size(); ++row)
            normaliseAt(block, statistics, row, column,
                        kept
                            ? k.load(kept, keptAt(row, column), k.b.getF32Type(), lanes)
                            : centre(k, statistics[row], block.here[row].at(column, lanes, false)));
        });
  }

  CpuKernelBuilder &k;
  const RowGroup &rows;
  unsigned rowsAtOnce;
  Value begin, end; // this thread's rows
  Value kept;       // x - shift of the rows at hand, the thread's own; null where x is read again
  Value mended;     // scale and offset of such rows, where they come from a loop
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
