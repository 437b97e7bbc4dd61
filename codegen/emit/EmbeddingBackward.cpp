// The kernel family of a table's gradient. By ids: threads share the columns and go through the
// tokens in order, so rows that occur twice need no care. By positions: threads share the rows, of
// which each is a sum over the batch.
#include "ColumnShare.h"
#include "Families.h"
#include "RowSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

// Tokens between the prefetch of a row of the table's gradient and its use.
static constexpr int64_t prefetchTokens = 6;

// Zeros of tables of so many bytes and more go past the caches, which they would only empty.
static constexpr int64_t streamedBytes = 16 << 20;

namespace {
class TableGradient {
public:
  TableGradient(CpuKernelBuilder &k, EmbeddingBackwardOp op, AccumulateOp accumulate)
      : k(k), op(op), adds(k, accumulate) {
    auto table = cast<RankedTensorType>(op.getType());
    rows = table.getShape()[0];
    columns = table.getShape()[1];
    begins = arith::XOrIOp::create(k.b, k.loc, adds.keeps,
                                   arith::ConstantOp::create(k.b, k.loc, k.b.getBoolAttr(true)));
  }

  void emitByIds() {
    ColumnShare own = ColumnShare::of(k, columns);
    bool streams = columns % ColumnShare::lineElements == 0 && rows * columns * 4 >= streamedBytes;
    k.ifThen(begins, [&] {
      k.loop(k.index(0), k.index(rows), 1, [&](Value row) { clear(own, row, streams); });
      if (streams)
        k.storeFence();
    });
    Value dy = k.base(op.getDy());
    Value count = k.rows(cast<RankedTensorType>(op.getIds().getType()), 0);
    Value last = k.sub(count, k.index(1));
    Type f32 = k.b.getF32Type();
    k.loop(k.index(0), count, 1, [&](Value token) {
      Value id = idAt(token), ahead = idAt(k.min(k.add(token, prefetchTokens), last));
      Value next = k.mul(k.min(ahead, k.index(rows - 1)), columns);
      Value from = k.mul(token, columns), to = k.mul(id, columns);
      // The host has refused ids that are in no row.
      k.ifThen(k.less(id, k.index(rows)), [&] {
        forColumns(
            k, own,
            [&](Value column, int64_t extent) {
              for (int64_t offset = 0; offset < extent; offset += ColumnShare::lineElements)
                k.prefetch(adds.base, k.add(k.add(next, column), offset), f32);
            },
            [&](Value column, unsigned lanes) {
              Value at = k.add(to, column);
              Value term = k.load(dy, k.add(from, column), f32, lanes);
              k.store(k.addf(k.load(adds.base, at, f32, lanes), term), adds.base, at);
            });
      });
    });
  }

  /// `sum` stands in front of the operation, or is null.
  void emitByPositions(SumLeadingOp sum) {
    auto dy = cast<RankedTensorType>(op.getDy().getType());
    Value time = k.size(dimNames(dy)[0]);
    Value outer = sum ? k.rows(cast<RankedTensorType>(sum.getX().getType()), 2) : k.index(1);
    emitRowSums(k, {k.base(sum ? sum.getX() : op.getDy()), outer, time, columns, adds.base, adds});
    // Rows of positions that the call does not have.
    k.ifThen(begins, [&] {
      auto [begin, end] = k.share(k.sub(k.index(rows), time));
      ColumnShare all = ColumnShare::whole(k, columns);
      k.loop(begin, end, 1, [&](Value row) { clear(all, k.add(time, row), false); });
    });
  }

private:
  void clear(const ColumnShare &own, Value row, bool streams) {
    Value start = k.mul(row, columns);
    forColumns(
        k, own, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          k.store(k.splat(0.0, lanes), adds.base, k.add(start, column), streams);
        });
  }

  /// As unsigned, so that all that is negative lies above every table.
  Value idAt(Value token) {
    Value id = k.load(k.base(op.getIds()), token, k.b.getI32Type());
    return arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), id);
  }

  CpuKernelBuilder &k;
  EmbeddingBackwardOp op;
  Accumulation adds;
  Value begins; // i1: the gradient begins anew
  int64_t rows, columns;
};
} // namespace

LogicalResult emitEmbeddingBackward(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<EmbeddingBackwardOp>().begin();
  AccumulateOp accumulate = accumulationOf(op.getResult());
  if (!accumulate)
    return op.emitError("the gradient of a table is added to a parameter's only; accumulate it");
  auto positions = op.getIds().getDefiningOp<PositionsOp>();
  if (positions && positions.getCached())
    return op.emitError("positions behind cached ones have no gradient; train without a cache");
  TableGradient table(k, op, accumulate);
  if (positions)
    table.emitByPositions(op.getDy().getDefiningOp<SumLeadingOp>());
  else
    table.emitByIds();
  return success();
}

} // namespace tenon
