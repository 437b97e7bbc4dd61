// Embedding on CPUs: gathered rows, their sum and its layer norm in one pass over memory.
#include "Families.h"
#include "Norm.h"
#include "Rows.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

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

namespace {
class RowsEmitter {
public:
  RowsEmitter(CpuKernelBuilder &k, const RowGroup &rows) : k(k), rows(rows) {}

  void emit() {
    if (rows.norm && rows.columns <= stackElements)
      kept = k.stack(rows.columns, k.b.getF32Type());
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
  void emitShare(bool nontemporal) {
    k.loop(begin, end, 1, [&](Value index) {
      Row row(k, rows, index);
      std::optional<Row> ahead;
      if (row.isScattered())
        ahead.emplace(k, rows, k.min(k.add(index, prefetchRows), k.sub(end, k.index(1))));
      auto prefetch = [&](Value column, int64_t extent) {
        for (int64_t offset = 0; ahead && offset < extent; offset += lineElements)
          ahead->prefetch(k.add(column, offset));
      };
      Value start = k.mul(index, rows.columns);
      auto store = [&](Value x, Value column, ArrayRef<unsigned> results) {
        for (unsigned result : results)
          k.store(x, k.resultBase(result), k.add(start, column), nontemporal);
      };
      if (rows.norm)
        emitNormalised(row, prefetch, store);
      else
        forColumns(k, rows.columns, prefetch, [&](Value column, unsigned lanes) {
          store(row.at(column, lanes), column, rows.rowResults);
        });
    });
  }

  void emitNormalised(Row &row, llvm::function_ref<void(Value, int64_t)> prefetch,
                      llvm::function_ref<void(Value, Value, ArrayRef<unsigned>)> store) {
    LayerNormOp norm = rows.norm;
    bool keeps = kept && !row.isInMemory();
    auto first = [&](Value column, unsigned lanes) {
      Value x = row.at(column, lanes);
      store(x, column, rows.rowResults);
      if (keeps)
        k.store(x, kept, column);
      return x;
    };
    auto again = [&](Value column, unsigned lanes) {
      return keeps ? k.load(kept, column, k.b.getF32Type(), lanes) : row.at(column, lanes);
    };
    RowStatistics statistics =
        rowStatistics(k, rows.columns, norm.getEpsilon().convertToDouble(), first, again, prefetch);
    forColumns(
        k, rows.columns, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          Value y = normalise(k, norm, statistics, again(column, lanes), column);
          store(y, column, rows.normResults);
        });
  }

  CpuKernelBuilder &k;
  const RowGroup &rows;
  Value begin, end; // this thread's rows
  Value kept;       // the row at hand, on the stack
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
